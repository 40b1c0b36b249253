/** Converts a body of Anthropic's Messages API into the body of InvokeModel for a Claude model on Bedrock. */

import * as v from 'valibot'
import { isMap } from '../../../shared/is-map.ts'
import { MAX_TOKENS } from '../constants.ts'
import { GatewayError, safeName } from '../errors.ts'
import type { RequestHeaders } from '../http.ts'
import { rewriteJson } from '../json.ts'
import { withSameBodies } from '../model/bodies.ts'
import type { Model } from '../model/model.ts'
import type { Call } from '../operation.ts'
import { parseFields } from '../validate.ts'
import { chooseBetas } from './betas.ts'

/** Bedrock's name of the version, which is sent whatever the caller's header `anthropic-version` says. */
const BEDROCK_VERSION = 'bedrock-2023-05-31'

/** Features that run on Anthropic's servers, and that Bedrock does not have. */
const REFUSED = ['container', 'mcp_servers'] as const
/** Fields that change no answer, but only how Anthropic's own service treats the request. */
const IGNORED = ['service_tier', 'inference_geo'] as const

/** The fields that the gateway reads. All others go to Bedrock unchanged, which validates them. */
const Read = v.looseObject({
  model: v.string(),
  stream: v.optional(v.nullable(v.boolean())),
  anthropic_beta: v.optional(v.array(v.string())),
})
const MaxTokens = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(MAX_TOKENS.minimum),
  v.maxValue(MAX_TOKENS.maximum, `Allowed is a whole number from ${MAX_TOKENS.minimum} to ${MAX_TOKENS.maximum}.`),
)

export interface ClaudeRequest {
  readonly model: Model
  readonly stream: boolean
  /** InvokeModel's body as JSON. The betas in it depend on the model. */
  readonly body: (modelId: string) => string
  /** Headers that tell the caller what was left out. */
  readonly headers: Readonly<Record<string, string>>
}

/** `POST /v1/messages`. */
export function messagesRequest(call: Pick<Call, 'body' | 'headers' | 'model'>): ClaudeRequest {
  const request = claudeRequest(call, {})
  parseFields(v.looseObject({ max_tokens: MaxTokens }), call.body.fields)
  return request
}

/**
 * `POST /v1/messages/count_tokens`: its body has no `max_tokens`, which InvokeModel requires. With thinking on, the number must be larger than
 * the budget for thinking.
 */
export function countRequest(call: Pick<Call, 'body' | 'headers' | 'model'>): ClaudeRequest {
  const { thinking } = call.body.fields
  const budget = isMap(thinking) && typeof thinking.budget_tokens === 'number' ? thinking.budget_tokens : 0
  return claudeRequest(call, { max_tokens: budget + 1 })
}

function claudeRequest(
  call: Pick<Call, 'body' | 'headers' | 'model'>,
  added: Readonly<Record<string, unknown>>,
): ClaudeRequest {
  const { fields, text } = call.body
  const read = parseFields(Read, fields)
  const refused = REFUSED.find((name) => name in fields)
  if (refused !== undefined) {
    throw new GatewayError(
      'field_invalid',
      `The field "${refused}" asks for something that runs at Anthropic; Claude on Bedrock has no such thing. Leave it out.`,
      { param: refused },
    )
  }
  const model = withSameBodies(requireClaude(call.model(read.model)))
  const asked = [...betaHeader(call.headers), ...(read.anthropic_beta ?? [])]
  const left: readonly string[] = ['model', 'stream', 'anthropic_beta', ...IGNORED]
  const body = (modelId: string) => {
    const { sent } = chooseBetas(asked, modelId)
    return rewriteJson(text, (exact) => ({
      ...Object.fromEntries(Object.entries(exact).filter(([name]) => !left.includes(name))),
      ...added,
      anthropic_version: BEDROCK_VERSION,
      ...(sent.length > 0 && { anthropic_beta: sent }),
    }))
  }
  const { dropped } = chooseBetas(asked, model.id)
  return { model, stream: read.stream === true, body, headers: ignoredHeader(fields, dropped) }
}

/** Only Claude models on Bedrock take Anthropic's bodies in InvokeModel. */
function requireClaude(model: Model): Model {
  if (/(^|[./])anthropic\./.test(model.id)) return model
  throw new GatewayError(
    'field_invalid',
    `The model "${model.name}" is not one of Anthropic's, and this path speaks Anthropic's API. Use POST /TENANT/v1/chat/completions for it.`,
    { param: 'model' },
  )
}

const betaHeader = (headers: RequestHeaders): readonly string[] =>
  (headers.get('anthropic-beta') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** Only short and plain names are repeated. */
function ignoredHeader(
  fields: Readonly<Record<string, unknown>>,
  dropped: readonly string[],
): Readonly<Record<string, string>> {
  const names = [
    ...IGNORED.filter((name) => name in fields),
    ...dropped.slice(0, 20).map((name) => `anthropic-beta=${safeName(name) ?? '?'}`),
  ]
  return names.length === 0 ? {} : { 'x-genai-ignored': names.join(', ') }
}
