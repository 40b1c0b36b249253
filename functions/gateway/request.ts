/** The caller's body: read, bounded, validated, and turned into what Bedrock's Converse takes. */
import type { TenantConfiguration } from '../../shared/tenant.ts'
import { GatewayError, safeName } from './errors.ts'
import { LOAD_BALANCER_BYTES, MAX_TOKENS, TEMPERATURE } from './limits.ts'
import { MODEL_NAME } from './tenant-items.ts'

export interface ModelRequest {
  /** The tenant's name for the model. */
  readonly model: string
  readonly modelId: string
  /** Bedrock's Converse request as JSON; always with `maxTokens`, for which Bedrock reserves quota. */
  readonly body: string
}

type Fields = Readonly<Record<string, unknown>>
type Models = Pick<TenantConfiguration, 'models' | 'defaultModel'>

const INVOKE_FIELDS = ['prompt', 'model', 'maxTokens', 'temperature', 'system']

/** The body's text, at most 1 MB of UTF-8. */
export async function readBody(request: Pick<Request, 'headers' | 'arrayBuffer'>): Promise<string> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('body_encoding_invalid', 'The body is compressed (Content-Encoding). Send it as it is.')
  }
  const bytes = await request.arrayBuffer()
  if (bytes.byteLength > LOAD_BALANCER_BYTES) {
    throw new GatewayError(
      'body_too_large',
      `The body has ${bytes.byteLength} bytes; ${LOAD_BALANCER_BYTES} are allowed. Send a shorter prompt or smaller images.`,
    )
  }
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new GatewayError('body_encoding_invalid', 'The body is not valid UTF-8.', { cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `POST /TENANT/invoke`. */
export function parseInvoke(text: string, tenant: Models): ModelRequest {
  const fields = parseObject(text)
  for (const name of Object.keys(fields)) {
    if (INVOKE_FIELDS.includes(name)) continue
    const which = safeName(name) === undefined ? 'A field of the body' : `The field "${name}"`
    throw new GatewayError('field_unknown', `${which} is not known. Allowed are ${INVOKE_FIELDS.join(', ')}.`)
  }
  const prompt = requirePrompt(fields.prompt)
  const system = optionalText(fields.system, 'system')
  const temperature = optionalNumber(fields.temperature, 'temperature', TEMPERATURE)
  const maxTokens = optionalWholeNumber(fields.maxTokens, 'maxTokens', MAX_TOKENS) ?? MAX_TOKENS.default
  const model = optionalText(fields.model, 'model') ?? tenant.defaultModel
  return {
    model,
    modelId: resolveModel(model, tenant),
    body: JSON.stringify({
      messages: [{ role: 'user', content: [{ text: prompt }] }],
      ...(system === undefined ? {} : { system: [{ text: system }] }),
      inferenceConfig: { maxTokens, ...(temperature === undefined ? {} : { temperature }) },
    }),
  }
}

/**
 * `POST /TENANT/model/MODEL/converse`: Bedrock's own body, which Bedrock itself validates. Only `maxTokens` is looked at,
 * and added where it is missing.
 */
export function parseConverse(text: string, model: string, tenant: Models): ModelRequest {
  const modelId = resolveModel(model, tenant)
  const given = parseObject(text).inferenceConfig ?? {}
  if (!isObject(given)) throw new GatewayError('field_invalid', 'The field "inferenceConfig" must be an object.')
  const maxTokens = optionalWholeNumber(given.maxTokens ?? undefined, 'inferenceConfig.maxTokens', MAX_TOKENS)
  return { model, modelId, body: maxTokens === undefined ? withMaxTokens(text) : text }
}

/** Bedrock's id of a model that the tenant may use. */
function resolveModel(name: string, { models }: Models): string {
  const modelId = Object.hasOwn(models, name) ? models[name] : undefined
  if (modelId !== undefined) return modelId
  const which = MODEL_NAME.test(name) ? `The model "${name}"` : 'This model'
  throw new GatewayError(
    'model_not_allowed',
    `${which} is not among the tenant's models. Allowed are ${Object.keys(models).sort().slice(0, 20).join(', ')}.`,
  )
}

function parseObject(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Without the cause: V8's message quotes the text.
    throw new GatewayError('body_not_json', 'The body is not JSON. Send one JSON object.')
  }
  if (!isObject(value)) throw new GatewayError('body_not_object', 'The body is JSON, but not an object. Send {…}.')
  return value
}

/**
 * Written anew with the numbers exactly as the caller wrote them: a tool's schema may hold integers that a double cannot.
 */
function withMaxTokens(text: string): string {
  try {
    const body: Fields = JSON.parse(text, keepNumber)
    const given = isObject(body.inferenceConfig) ? body.inferenceConfig : {}
    return JSON.stringify({ ...body, inferenceConfig: { ...given, maxTokens: MAX_TOKENS.default } })
  } catch (cause) {
    if (cause instanceof RangeError) throw new GatewayError('body_not_json', 'The body is nested too deeply.')
    throw cause
  }
}

/** ES2025's JSON source text access, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function keepNumber(_key: string, value: unknown, context?: { readonly source: string }): unknown {
  return typeof value === 'number' && context !== undefined ? rawJSON(context.source) : value
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

interface Range {
  readonly minimum: number
  readonly maximum: number
}

function optionalNumber(value: unknown, name: string, { minimum, maximum }: Range): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number') {
    throw new GatewayError('field_invalid', `The field "${name}" must be a number, not ${typeName(value)}.`)
  }
  if (value >= minimum && value <= maximum) return value
  throw new GatewayError(
    'number_out_of_range',
    `The field "${name}" is ${value}; allowed are ${minimum} to ${maximum}.`,
  )
}

function optionalWholeNumber(value: unknown, name: string, range: Range): number | undefined {
  const number = optionalNumber(value, name, range)
  if (number === undefined || Number.isInteger(number)) return number
  throw new GatewayError('number_out_of_range', `The field "${name}" is ${number}; only whole numbers are allowed.`)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
