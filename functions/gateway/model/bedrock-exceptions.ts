/**
 * What Bedrock's exceptions mean for a caller, and which of them Bedrock says to repeat. The names are those in the SDK
 * (`@aws-sdk/client-bedrock-runtime`); a test compares the table with it. If an exception may mean several things, its message decides.
 */
import type { ErrorCode } from '../errors.ts'

export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  /** Bedrock's documentation of the exception says to try again. */
  readonly repeat?: true
  /** Bedrock throttles until tomorrow: the call is not repeated, but another model may have quota left. */
  readonly used?: 'day'
  /** The session was revoked, or has expired by AWS's clock: new credentials may help, once. */
  readonly renewCredentials?: true
  /**
   * The exception is about the request: the caller gets Bedrock's words unless they quote the request. Otherwise they are only for the
   * operators.
   */
  readonly aboutRequest?: true
}

const throttled: Refusal = {
  code: 'model_throttled',
  message: "The tenant's quota for this model is used up for the moment. Wait as Retry-After says, then try again.",
  repeat: true,
}
const unavailable: Refusal = {
  code: 'model_unavailable',
  message: 'The model service is unavailable at the moment. Try again.',
  repeat: true,
}
const rejected: Refusal = {
  code: 'model_rejected_input',
  message: 'The model service refuses the request',
  aboutRequest: true,
}
const denied: Refusal = {
  code: 'model_access_denied',
  message: "The tenant's account has no access to this model. The account's administrator must grant it.",
}
const ownCredentials: Refusal = {
  code: 'model_access_denied',
  message:
    "The model service refused the gateway's own credentials; nothing in your request is wrong. Tell the platform's operators.",
}
const stale: Refusal = { ...ownCredentials, renewCredentials: true }

const REFUSALS: Readonly<Record<string, Refusal>> = {
  AccessDeniedException: denied,
  ConflictException: rejected,
  InternalServerException: unavailable,
  ModelErrorException: {
    code: 'model_error',
    message: 'The model failed while it worked on the request. Change the request, or use another model.',
  },
  ModelNotReadyException: {
    code: 'model_not_ready',
    message: 'The model is being loaded and not ready yet. Try again.',
    repeat: true,
  },
  ModelStreamErrorException: {
    code: 'model_answer_incomplete',
    message: 'The model failed in the middle of its answer. What has arrived so far is not the whole answer.',
  },
  ModelTimeoutException: {
    code: 'model_timeout',
    message: 'The model took too long. Ask for fewer maxTokens, or send a shorter prompt.',
  },
  ResourceNotFoundException: {
    code: 'model_not_found',
    message: "The model behind this name does not exist (any more). Tell the platform's operators.",
  },
  ServiceQuotaExceededException: {
    code: 'model_quota_exceeded',
    message: "The request is over a quota of the tenant's account. Ask for fewer maxTokens, or have the quota raised.",
  },
  ServiceUnavailableException: unavailable,
  ThrottlingException: throttled,
  ValidationException: rejected,

  // Not in the SDK's list for this service, but any AWS call may get it.
  TooManyRequestsException: throttled,
  SerializationException: rejected,
  ExpiredToken: stale,
  ExpiredTokenException: stale,
  InvalidClientTokenId: stale,
  UnrecognizedClientException: stale,
  IncompleteSignature: ownCredentials,
  IncompleteSignatureException: ownCredentials,
  InvalidSignatureException: ownCredentials,
  MissingAuthenticationToken: ownCredentials,
  MissingAuthenticationTokenException: ownCredentials,
  NotAuthorized: ownCredentials,
  OptInRequired: ownCredentials,
  RequestExpired: ownCredentials,
  SignatureDoesNotMatch: ownCredentials,
}

const misconfigured = (what: string): Refusal => ({
  code: 'model_misconfigured',
  message: `The model behind this name ${what}; nothing in your request is wrong. Ask the platform's operators.`,
})

/** By parts of Bedrock's messages, as seen in its answers. The first match counts. */
const BY_WORDS: readonly (readonly [name: RegExp, words: RegExp, refusal: Refusal])[] = [
  [
    /^Validation/,
    /on-demand throughput isn.t supported/i,
    misconfigured('can only be called through an inference profile'),
  ],
  [/^Validation/, /model identifier is invalid/i, misconfigured('has an id that Bedrock does not know')],
  [/^Validation/, /^operation not allowed/i, misconfigured("is not enabled in the tenant's account")],
  [
    /^(ResourceNotFound|AccessDenied|Validation)/,
    /marked by (the )?provider as legacy|reached (the )?end of (its )?life/i,
    {
      code: 'model_not_found',
      message:
        "The model's provider has retired the model behind this name. Use another one, and tell the platform's operators.",
    },
  ],
  [
    /^(ResourceNotFound|AccessDenied|Validation)/,
    /use case details/i,
    {
      code: 'model_access_denied',
      message:
        "The provider's form on the use of its models has not been filled in for the tenant's account. The account's administrator must do so.",
    },
  ],
  [
    /^AccessDenied/,
    /aws-marketplace|marketplace subscription/i,
    {
      code: 'model_access_denied',
      message: "The tenant's account is not subscribed to this model. The account's administrator must call it once.",
    },
  ],
  [
    /^(Throttling|TooManyRequests|ServiceQuota)/,
    /per day/i,
    {
      code: 'model_quota_exceeded',
      message:
        "The tenant's tokens of the day are used up for this model. Try again tomorrow, or have the quota raised.",
      used: 'day',
    },
  ],
]

/** @param words Bedrock's own message, if there is one */
export function refusalOf(name: string | undefined, status: number, words: string): Refusal {
  if (name !== undefined) {
    const special = BY_WORDS.find(([names, pattern]) => names.test(name) && pattern.test(words))
    if (special) return special[2]
    const known = Object.hasOwn(REFUSALS, name) ? REFUSALS[name] : undefined
    if (known) return known
  }
  if (status === 429) return throttled
  if (status >= 500) return unavailable
  // An unknown 4xx is about the request, unless its HTTP status is about permissions.
  return status === 401 || status === 403 ? denied : rejected
}
