/**
 * The line that a tenant's gateway prints for every request, and everything that is derived from it: the gateway writes it, the hub's audit
 * function makes a record of the trail from it, metric filters and the subscription search for it, and the CLI shows the record. It contains no
 * prompt, answer, token or ARN. `functions/` may import this file.
 */

/**
 * The checks in the order in which a request passes them. `request` is the form of the request, `limit` the tenant's limits, `account` AWS's
 * answer.
 */
export const CHECKS = ['path', 'token', 'tenant', 'status', 'request', 'model', 'limit', 'account'] as const
export type Check = (typeof CHECKS)[number]

export interface Decision {
  /** `allowed` means that every check of the gateway was passed, even if the request failed later. */
  readonly decision: 'allowed' | 'refused'
  /** The check that refused; `platform` if a check could not be made, `all` if nothing refused. */
  readonly check: Check | 'platform' | 'all'
}

export interface Usage {
  /** Without the tokens of the prompt cache, as Bedrock counts: a prompt consists of these, `cacheRead…` and `cacheWrite…`. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens?: number
  /** The sum of those kept for five minutes and for an hour. */
  readonly cacheWriteInputTokens?: number
  /** The part of `cacheWriteInputTokens` that is kept for an hour. */
  readonly cacheWrite1hInputTokens?: number
}

export type Step = 'authenticate' | 'routing' | 'body' | 'limits' | 'model'

/** The description of a model's call in OpenTelemetry's names. */
export interface GenAi {
  readonly 'gen_ai.provider.name': 'aws.bedrock'
  readonly 'gen_ai.operation.name': 'chat' | 'embeddings'
  /** The last model or inference profile that was called, by id. */
  readonly 'gen_ai.request.model': string
  /** Includes the cache's tokens, unlike `usage.inputTokens`. */
  readonly 'gen_ai.usage.input_tokens'?: number
  readonly 'gen_ai.usage.output_tokens'?: number
  readonly 'gen_ai.usage.cache_read.input_tokens'?: number
  readonly 'gen_ai.usage.cache_creation.input_tokens'?: number
  readonly 'gen_ai.response.finish_reasons'?: readonly [string]
  /** The line's `outcome`, if the request failed. */
  readonly 'error.type'?: string
}

/** W3C's header in the current version; trace and parent ids must not be all zeros. */
export const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** Filled in while the request is served, and printed as JSON on one line. @template Outcome the gateway's error codes */
export interface AuditLine<Outcome extends string = string> extends Partial<GenAi> {
  /** The time at which the request arrived, ISO 8601. */
  readonly time: string
  readonly requestId: string
  readonly tenant: string
  /** The caller's header, if it is valid. */
  traceparent?: string
  operation?: string
  /** The user's `sub`, or an id that is computed from a machine's issuer and subject. */
  user?: string
  /** The name after the tenant's in the path: of a machine in the tenant's settings, or of a provider in the hub's federatedProviders. */
  machine?: string
  /** The tenant's name for the model. */
  model?: string
  /** The last model or inference profile that was called, by id. */
  servedModel?: string
  /** Bedrock's service tier, if it is not the default. */
  serviceTier?: string
  /** Bedrock's id of its last answer. */
  bedrockRequestId?: string
  attempts?: number
  /** The answer was a stream. */
  stream?: true
  /**
   * Which of a request's two lines it is: printed when the request was admitted, or when it ended. A stream has both, and so has every request on
   * Fargate that asks a model; any other request has one line without this field.
   */
  phase?: 'admission' | 'end'
  usage?: Usage
  /** The stream ended before the model had reported the usage. */
  usageIncomplete?: true
  /**
   * Where `nanoDollars` comes from: `measured`, counted by Bedrock; `estimated`, the amount that was reserved, because Bedrock reported nothing;
   * `none`, because no model worked.
   */
  usageIs?: 'measured' | 'estimated' | 'none'
  /** The cost of the request in 1e-9 dollars, by the prices in the tenant's configuration. Absent if a price is not known. */
  nanoDollars?: number
  /** The ISO date of these prices: when the oldest of them was looked up. */
  priceList?: string
  stopReason?: string
  /** The answer's status, 100 to 599. */
  status?: number
  outcome?: 'ok' | Outcome
  decision?: Decision['decision']
  check?: Decision['check']
  /** The last check that the request passed. */
  passed?: Check
  /** The cause of an error: names and statuses, never contents. */
  cause?: string
  /** `first`: until the first event of a stream. */
  readonly milliseconds: { [step in Step | 'first' | 'total']?: number }
}

const WORD = /^[a-z_]{1,40}$/

/** Texts of a line that a record takes over, if they have this form, so that no content gets into the trail. */
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

/** A line's fields before they are checked. Anything may have printed the line. */
type Unproven = { readonly [field in keyof AuditLine]?: unknown }

/** Numbers of a line that a record takes over, by their names in the record. */
export const RECORDED_NUMBERS = {
  status: ({ status }) => (typeof status === 'number' && status >= 100 && status <= 599 ? status : undefined),
  attempts: ({ attempts }) => attempts,
  inputTokens: ({ usage }) => numberOf(usage, 'inputTokens'),
  outputTokens: ({ usage }) => numberOf(usage, 'outputTokens'),
  cacheReadInputTokens: ({ usage }) => numberOf(usage, 'cacheReadInputTokens'),
  cacheWriteInputTokens: ({ usage }) => numberOf(usage, 'cacheWriteInputTokens'),
  cacheWrite1hInputTokens: ({ usage }) => numberOf(usage, 'cacheWrite1hInputTokens'),
  nanoDollars: ({ nanoDollars }) => nanoDollars,
  /** 1 if the stream ended before the model had reported the usage. */
  usageIncomplete: ({ usageIncomplete }) => (usageIncomplete === true ? 1 : undefined),
  firstMilliseconds: ({ milliseconds }) => rounded(numberOf(milliseconds, 'first')),
  totalMilliseconds: ({ milliseconds }) => rounded(numberOf(milliseconds, 'total')),
} as const satisfies Readonly<Record<string, (line: Unproven) => unknown>>

type Maybe<Name extends string, Value> = { readonly [name in Name]?: Value }

/** A record of the trail. */
export interface AuditRecord
  extends Maybe<keyof typeof RECORDED_TEXTS, string>,
    Maybe<keyof typeof RECORDED_NUMBERS, number> {
  /** The time at which the request arrived, ISO 8601. */
  readonly time: string
  /** The tenant of the line's log group, which the tenant's function cannot choose. */
  readonly tenant: string
  /** CloudWatch Logs' id of the line. A line may be delivered twice: two records with the same id are one decision. */
  readonly event: string
  /** The tenant that the line named, if it differs, or `?`. Then something other than the gateway has printed the line. */
  readonly claimed?: string
}

/**
 * CloudWatch Logs filter patterns for the line.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const LINES = {
  /** Lines that go into the trail. The pattern also matches a decision that something other than the gateway has printed. */
  decided: pattern(`${is('decision', 'allowed')} || ${is('decision', 'refused')}`),
  serverError: pattern(compared('status', '>=', 500)),
  noServerError: pattern(compared('status', '<', 500)),
  /** Throttled by the model. The gateway's own 429 for a limit is not counted. */
  throttled: pattern(`${is('outcome', 'model_throttled')} || ${is('outcome', 'model_quota_exceeded')}`),
  foreignTenant: pattern(`${is('decision', 'refused')} && ${is('check', 'tenant')}`),
  /** Prompts and answers that a guardrail has blocked. */
  guardrail: pattern('$.stopReason = "guardrail_intervened"'),
} as const

/** Another line, about limits: a budget of which the warning percentage is used, or the use of a request that could not be recorded. */
export interface LimitsWarning {
  readonly warning: 'budget' | 'unsettled'
}

/** Patterns for these lines, and for requests that were refused because the counters were out of reach. */
export const LIMITS = {
  budget: pattern(warns('budget')),
  unavailable: pattern(`${is('outcome', 'limits_unavailable')} || ${warns('unsettled')}`),
} as const

function warns(value: LimitsWarning['warning']): string {
  return `$.warning = "${value}"`
}

/** Another line: how many requests a task had in the last minute, on average and at most. Scaling follows the average. */
export interface GaugeLine {
  readonly inFlight: number
  readonly peak: number
}

/** The pattern for this line, and the value that is taken from it. */
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

/** Names with this prefix in Bedrock's `requestMetadata` are the gateway's; it refuses them from callers. */
export const REQUEST_METADATA_PREFIX = 'genai:'

/** What the gateway adds to Bedrock's request metadata. The account's invocation log contains it. */
export const REQUEST_METADATA = {
  /** The line's `requestId`. */
  request: `${REQUEST_METADATA_PREFIX}request`,
  tenant: `${REQUEST_METADATA_PREFIX}tenant`,
} as const
