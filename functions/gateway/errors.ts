/**
 * The closed list of what the gateway can answer besides success. docs/api.md explains every code to callers.
 *
 * A message is written for the caller: it says which input is wrong, what was allowed and what to do. It never holds a
 * token, a prompt or an ARN; `cause` keeps what happened underneath and is never sent.
 */

interface ErrorKind {
  /** HTTP status of our own routes. */
  readonly status: number
  /**
   * The exception of Bedrock's own API for it, on `/model/…`. Its status differs from ours if AWS SDKs would otherwise repeat a request that
   * must not be repeated: they repeat every 502, 503 and 504.
   */
  readonly bedrock: { readonly type: string; readonly status: number }
  /** Whether a client may repeat the request by itself, because nothing was spent on it. Clients of OpenAI and Anthropic are told. */
  readonly repeatable: boolean
}

const kind = (status: number, type: string, bedrockStatus = status): ErrorKind => ({
  status,
  bedrock: { type, status: bedrockStatus },
  repeatable: false,
})
const repeatable = (status: number, type: string, bedrockStatus = status): ErrorKind => ({
  ...kind(status, type, bedrockStatus),
  repeatable: true,
})

const unauthenticated = kind(401, 'UnrecognizedClientException')
const forbidden = kind(403, 'AccessDeniedException')
const invalid = kind(400, 'ValidationException')
const unavailable = repeatable(503, 'ServiceUnavailableException')

export const ERRORS = {
  token_missing: unauthenticated,
  token_malformed: unauthenticated,
  token_untrusted: unauthenticated,
  token_expired: unauthenticated,
  token_not_yet_valid: unauthenticated,
  token_wrong_issuer: unauthenticated,
  token_wrong_audience: unauthenticated,
  token_wrong_use: unauthenticated,
  authorization_ambiguous: invalid,

  tenant_claim_missing: forbidden,
  tenant_mismatch: forbidden,
  tenant_membership_missing: forbidden,
  machine_mismatch: forbidden,
  caller_blocked: forbidden,
  tenant_suspended: forbidden,
  model_not_allowed: forbidden,

  path_not_found: kind(404, 'UnknownOperationException'),
  tenant_unknown: kind(404, 'ResourceNotFoundException'),
  method_not_allowed: kind(405, 'UnknownOperationException'),

  request_malformed: invalid,
  query_not_supported: invalid,
  body_encoding_invalid: invalid,
  body_not_json: invalid,
  body_not_object: invalid,
  prompt_missing: invalid,
  prompt_empty: invalid,
  prompt_not_text: invalid,
  field_unknown: invalid,
  field_invalid: invalid,
  number_out_of_range: invalid,
  model_rejected_input: invalid,
  body_too_large: kind(413, 'RequestEntityTooLargeException'),

  client_left: kind(499, 'ValidationException'),

  rate_limited: repeatable(429, 'ThrottlingException'),
  budget_exhausted: kind(429, 'ServiceQuotaExceededException', 400),
  limits_unavailable: unavailable,

  model_throttled: repeatable(429, 'ThrottlingException'),
  model_quota_exceeded: kind(429, 'ServiceQuotaExceededException', 400),

  internal: kind(500, 'InternalServerException'),
  operation_not_supported: kind(501, 'UnknownOperationException'),

  model_access_denied: kind(502, 'AccessDeniedException', 403),
  model_not_found: kind(502, 'ResourceNotFoundException', 404),
  model_misconfigured: kind(502, 'ResourceNotFoundException', 404),
  model_error: kind(502, 'ModelErrorException', 424),
  model_answer_invalid: kind(502, 'ModelErrorException', 424),
  model_answer_incomplete: kind(502, 'ModelStreamErrorException', 424),
  answer_too_large: kind(502, 'ModelErrorException', 424),
  credentials_refused: kind(502, 'AccessDeniedException', 403),

  model_not_ready: repeatable(503, 'ModelNotReadyException', 429),
  model_unavailable: unavailable,
  model_unreachable: unavailable,
  identity_unavailable: unavailable,
  routing_unavailable: unavailable,
  credentials_unavailable: unavailable,
  tenant_misconfigured: unavailable,

  model_timeout: kind(504, 'ModelTimeoutException', 408),
  deadline_exceeded: kind(504, 'ModelTimeoutException', 408),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

export interface GatewayErrorOptions {
  readonly cause?: unknown
  /** Headers of the answer, such as `allow` and `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The field of the body that is wrong, such as `messages.0.role`: OpenAI's `param`. It contains only names of a schema. */
  readonly param?: string
  /** The `sub` of a verified token, for the audit line, so that it names the person who was refused. Never sent. */
  readonly user?: string
  /** The name of the issuer of a machine's token. Never sent. */
  readonly machine?: string
}

export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly machine: string | undefined
  readonly param: string | undefined

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.headers = options.headers ?? {}
    this.user = options.user
    this.machine = options.machine
    this.param = options.param
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

/** A client's name for something, if it is short and plain. Otherwise it could contain anything, even a prompt. */
export function safeName(value: string): string | undefined {
  return /^[A-Za-z0-9_.:-]{1,64}$/.test(value) ? value : undefined
}
