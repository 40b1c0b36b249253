/** A body of Anthropic's Messages API → what InvokeModel takes of a Claude model on Bedrock. */

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

/** Bedrock's name of the version, whatever `anthropic-version` the caller's header says. */
const BEDROCK_VERSION = 'bedrock-2023-05-31'

/** Anthropic's own features that run on Anthropic's servers: Bedrock has no place for them. */
const REFUSED = ['container', 'mcp_servers'] as const
/** Wishes that change no answer, only how Anthropic's own service treats the request. */
const IGNORED = ['service_tier', 'inference_geo'] as const

/** What the gateway itself reads. Everything else goes to Bedrock as it came, which validates it. */
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
  /** InvokeModel's body as JSON: which of the betas are sent is by the model. */
  readonly body: (modelId: string) => string
  /** Names what was left out, for the caller. */
  readonly headers: Readonly<Record<string, string>>
}

/** `POST /v1/messages`. */
export function messagesRequest(call: Pick<Call, 'body' | 'headers' | 'model'>): ClaudeRequest {
  const request = claudeRequest(call, {})
  parseFields(v.looseObject({ max_tokens: MaxTokens }), call.body.fields)
  return request
}

/**
 * `POST /v1/messages/count_tokens`: a body without `max_tokens`, which InvokeModel's must have.
 * With thinking on, it must be more than the budget of the thoughts.
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

/** The only Bedrock models whose InvokeModel bodies are Anthropic's. */
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

/** Only names that are short and plain are repeated. */
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
