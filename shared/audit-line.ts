/**
 * The line that a tenant's gateway prints for every request, and all that is made of it: the gateway writes it, the hub's audit
 * function takes a record of the trail from it, metric filters and the subscription look for it, and the CLI shows the record.
 * It holds no prompt, no answer, no token and no ARN. One of the two files of the infrastructure that `functions/` may import.
 */

/** In the order that a request meets them. `request` is the shape of what was asked, `limit` how much, `account` what AWS says to it. */
export const CHECKS = ['path', 'token', 'tenant', 'status', 'request', 'model', 'limit', 'account'] as const
export type Check = (typeof CHECKS)[number]

export interface Decision {
  /** `allowed`: every check of the gateway was passed, whatever became of the request then. */
  readonly decision: 'allowed' | 'refused'
  /** What refused; `platform` when a check could not be made, `all` when nothing refused. */
  readonly check: Check | 'platform' | 'all'
}

export interface Usage {
  /** Without those of the cache, as Bedrock counts: a prompt is these, `cacheRead…` and `cacheWrite…`. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens?: number
  /** For five minutes and for an hour together. */
  readonly cacheWriteInputTokens?: number
  /** Of `cacheWriteInputTokens`, those for an hour. */
  readonly cacheWrite1hInputTokens?: number
}

export type Step = 'authenticate' | 'routing' | 'body' | 'limits' | 'model'

/** What a line says of a call of a model in OpenTelemetry's names. */
export interface GenAi {
  readonly 'gen_ai.provider.name': 'aws.bedrock'
  readonly 'gen_ai.operation.name': 'chat' | 'embeddings'
  /** The id of the model or inference profile that was asked last. */
  readonly 'gen_ai.request.model': string
  /** With those that the cache had, other than `usage.inputTokens`. */
  readonly 'gen_ai.usage.input_tokens'?: number
  readonly 'gen_ai.usage.output_tokens'?: number
  readonly 'gen_ai.usage.cache_read.input_tokens'?: number
  readonly 'gen_ai.usage.cache_creation.input_tokens'?: number
  readonly 'gen_ai.response.finish_reasons'?: readonly [string]
  /** The line's `outcome`, when the request failed. */
  readonly 'error.type'?: string
}

/** W3C's header of the current version: trace and parent are not zeros. */
export const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * Filled in while the request is served; JSON on one line when it is printed.
 * @template Outcome the gateway's codes of errors
 */
export interface AuditLine<Outcome extends string = string> extends Partial<GenAi> {
  /** When the request came, ISO 8601. */
  readonly time: string
  readonly requestId: string
  readonly tenant: string
  /** The caller's, where it is a valid one. */
  traceparent?: string
  operation?: string
  /** The user's `sub`, or an id made of a machine's issuer and subject. */
  user?: string
  /** The name in the path after the tenant's: of a machine in its tenant's settings, or of a provider in the hub's federatedProviders. */
  machine?: string
  /** The tenant's name for the model. */
  model?: string
  /** The id of the model or inference profile that was asked last. */
  servedModel?: string
  /** Bedrock's service tier, where it is not the usual one. */
  serviceTier?: string
  /** Bedrock's id of its last answer. */
  bedrockRequestId?: string
  attempts?: number
  /** The answer was a stream, which has two lines: one when it was let in, one when it was over. */
  stream?: true
  phase?: 'admission' | 'end'
  usage?: Usage
  /** The stream ended before the model had said what it used. */
  usageIncomplete?: true
  /**
   * Where `nanoDollars` comes from: `measured` from what Bedrock counted, `estimated` from what was reserved because Bedrock said
   * nothing, or `none` because no model worked.
   */
  usageIs?: 'measured' | 'estimated' | 'none'
  /** What the request cost, in 1e-9 dollars, by the price list of the tenant's configuration. Absent where a price is not known. */
  nanoDollars?: number
  /** ISO date of that list: when the oldest of the tenant's prices was looked up. */
  priceList?: string
  stopReason?: string
  /** Of the answer, 100 to 599. */
  status?: number
  outcome?: 'ok' | Outcome
  decision?: Decision['decision']
  check?: Decision['check']
  /** The last check that was passed. */
  passed?: Check
  /** What happened underneath an error: names and statuses, never contents. */
  cause?: string
  /** `first`: until the first event of a stream. */
  readonly milliseconds: { [step in Step | 'first' | 'total']?: number }
}

const WORD = /^[a-z_]{1,40}$/

/** Texts of a line that a record takes, when they are of this shape: no content can ride along. */
export const RECORDED_TEXTS = {
  requestId: /^[\w-]{1,64}$/,
  traceparent: TRACEPARENT,
  user: /^[\w-]{1,128}$/,
  machine: /^[a-z][a-z0-9-]{0,30}$/,
  operation: WORD,
  model: /^[a-z0-9.-]{1,64}$/,
  servedModel: /^[\w.:-]{1,128}$/,
  serviceTier: WORD,
  bedrockRequestId: /^[\w-]{1,64}$/,
  usageIs: /^(measured|estimated|none)$/,
  priceList: /^\d{4}-\d{2}-\d{2}$/,
  decision: /^(allowed|refused)$/,
  check: WORD,
  passed: WORD,
  outcome: WORD,
  phase: /^(admission|end)$/,
  stopReason: WORD,
} as const satisfies Partial<Record<keyof AuditLine, RegExp>>

/** What a record may hold of a line that anybody may have printed: everything is looked at before it is believed. */
type Unproven = { readonly [field in keyof AuditLine]?: unknown }

/** Numbers of a line that a record takes, by their names in the record. */
export const RECORDED_NUMBERS = {
  status: ({ status }) => (typeof status === 'number' && status >= 100 && status <= 599 ? status : undefined),
  attempts: ({ attempts }) => attempts,
  inputTokens: ({ usage }) => numberOf(usage, 'inputTokens'),
  outputTokens: ({ usage }) => numberOf(usage, 'outputTokens'),
  cacheReadInputTokens: ({ usage }) => numberOf(usage, 'cacheReadInputTokens'),
  cacheWriteInputTokens: ({ usage }) => numberOf(usage, 'cacheWriteInputTokens'),
  cacheWrite1hInputTokens: ({ usage }) => numberOf(usage, 'cacheWrite1hInputTokens'),
  nanoDollars: ({ nanoDollars }) => nanoDollars,
  /** 1: the stream ended before the model had said what it used. */
  usageIncomplete: ({ usageIncomplete }) => (usageIncomplete === true ? 1 : undefined),
  firstMilliseconds: ({ milliseconds }) => rounded(numberOf(milliseconds, 'first')),
  totalMilliseconds: ({ milliseconds }) => rounded(numberOf(milliseconds, 'total')),
} as const satisfies Readonly<Record<string, (line: Unproven) => unknown>>

type Maybe<Name extends string, Value> = { readonly [name in Name]?: Value }

/** A record of the trail. */
export interface AuditRecord
  extends Maybe<keyof typeof RECORDED_TEXTS, string>,
    Maybe<keyof typeof RECORDED_NUMBERS, number> {
  /** When the request came, ISO 8601. */
  readonly time: string
  /** By the log group that the line was in, which the tenant's function cannot choose. */
  readonly tenant: string
  /** CloudWatch Logs' id of the line. Deliveries may come twice: two records with the same one are one decision. */
  readonly event: string
  /** The tenant that the line named, when it was another, or `?`: something else than the gateway printed it. */
  readonly claimed?: string
}

/**
 * Filter patterns of CloudWatch Logs over the line.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const LINES = {
  /** Lines that go into the trail. It also finds a decision that something other than the gateway has printed. */
  decided: pattern(`${is('decision', 'allowed')} || ${is('decision', 'refused')}`),
  serverError: pattern(compared('status', '>=', 500)),
  noServerError: pattern(compared('status', '<', 500)),
  /** Throttled by the model. The gateway's own 429 for a limit is not counted. */
  throttled: pattern(`${is('outcome', 'model_throttled')} || ${is('outcome', 'model_quota_exceeded')}`),
  foreignTenant: pattern(`${is('decision', 'refused')} && ${is('check', 'tenant')}`),
  /** What a content guard rail has stopped, prompt or answer. */
  guardrail: pattern('$.stopReason = "guardrail_intervened"'),
} as const

/** Another line: a budget that has come to its warning's percentage, or a request's use that could not be written down. */
export interface LimitsWarning {
  readonly warning: 'budget' | 'unsettled'
}

/** Finds those lines, and requests that were refused because the counters were out of reach. */
export const LIMITS = {
  budget: pattern(warns('budget')),
  unavailable: pattern(`${is('outcome', 'limits_unavailable')} || ${warns('unsettled')}`),
} as const

function warns(value: LimitsWarning['warning']): string {
  return `$.warning = "${value}"`
}

/** Another line: how many requests a task held in the last minute, on average and at most. Scaling follows the first. */
export interface GaugeLine {
  readonly inFlight: number
  readonly peak: number
}

/** Finds that line, and what is taken of it. */
export const GAUGE = { pattern: pattern('$.inFlight >= 0'), value: '$.inFlight' } as const satisfies {
  readonly pattern: string
  readonly value: `$.${keyof GaugeLine}`
}

function pattern(condition: string): string {
  return `{ ${condition} }`
}

function is<Field extends 'decision' | 'check' | 'outcome'>(
  field: Field,
  value: NonNullable<AuditLine[Field]>,
): string {
  return `$.${field} = "${value}"`
}

function compared(field: 'status', operator: '<' | '>=', value: number): string {
  return `$.${field} ${operator} ${value}`
}

function numberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : undefined
}

/** Names that begin like this in Bedrock's `requestMetadata` are the gateway's: it refuses a caller's. */
export const REQUEST_METADATA_PREFIX = 'genai:'

/** What the gateway says there about a request, and the account's invocation log repeats. */
export const REQUEST_METADATA = {
  /** `requestId` of the line. */
  request: `${REQUEST_METADATA_PREFIX}request`,
  tenant: `${REQUEST_METADATA_PREFIX}tenant`,
} as const
