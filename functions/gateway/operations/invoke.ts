/** `POST /TENANT/invoke`: takes a prompt; the caller need not know the models. */
import type { Fields } from '../body.ts'
import { MAX_TOKENS, TEMPERATURE } from '../constants.ts'
import { GatewayError, safeName } from '../errors.ts'
import type { OfferedOperation } from '../operation.ts'
import { gatewayShape } from '../shapes/gateway.ts'
import { optionalNumber, optionalWholeNumber, typeName } from '../values.ts'

const FIELDS = ['prompt', 'model', 'maxTokens', 'temperature', 'system']

export const invoke: OfferedOperation = {
  name: 'invoke',
  method: 'POST',
  path: '/invoke',
  shape: gatewayShape,
  async answer(call) {
    const { model: name = call.tenant.defaultModel, body } = parseInvoke(call.body.fields)
    const model = call.model(name)
    const { output, stopReason, usage } = await call.models.converse(model, body)
    const { inputTokens, outputTokens, totalTokens } = usage
    return call.json(
      JSON.stringify({
        tenant: call.tenant.tenantId,
        tenantId: call.tenant.tenantId,
        model: model.name,
        output,
        stopReason,
        usage: { inputTokens, outputTokens, totalTokens },
        requestId: call.requestId,
      }),
    )
  },
}

/** Reads the model's name, if there is one, and makes Converse's body; it always has `maxTokens`, for which Bedrock reserves quota. */
export function parseInvoke(fields: Fields): { readonly model: string | undefined; readonly body: string } {
  for (const name of Object.keys(fields)) {
    if (FIELDS.includes(name)) continue
    const which = safeName(name) === undefined ? 'A field of the body' : `The field "${name}"`
    throw new GatewayError('field_unknown', `${which} is not known. Allowed are ${FIELDS.join(', ')}.`)
  }
  const prompt = requirePrompt(fields.prompt)
  const system = optionalText(fields.system, 'system')
  const temperature = optionalNumber(fields.temperature, 'temperature', TEMPERATURE)
  const maxTokens = optionalWholeNumber(fields.maxTokens, 'maxTokens', MAX_TOKENS) ?? MAX_TOKENS.default
  return {
    model: optionalText(fields.model, 'model'),
    body: JSON.stringify({
      messages: [{ role: 'user', content: [{ text: prompt }] }],
      ...(system === undefined ? {} : { system: [{ text: system }] }),
      inferenceConfig: { maxTokens, ...(temperature === undefined ? {} : { temperature }) },
    }),
  }
}

function requirePrompt(value: unknown): string {
  if (value === undefined) {
    throw new GatewayError('prompt_missing', 'The field "prompt" is missing. Send {"prompt": "your text"}.')
  }
  if (typeof value !== 'string') {
    throw new GatewayError('prompt_not_text', `The field "prompt" must be a text, not ${typeName(value)}.`)
  }
  if (value.trim() === '') throw new GatewayError('prompt_empty', 'The field "prompt" is empty. Send some text.')
  return value
}

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.trim() !== '') return value
  const got = typeof value === 'string' ? 'an empty one' : typeName(value)
  throw new GatewayError('field_invalid', `The field "${name}" must be a text, not ${got}. Leave it out if not needed.`)
}
