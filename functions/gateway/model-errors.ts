/** What Bedrock's refusals mean to a caller of the gateway, and which of them Bedrock says to repeat. */

import { isObject } from './body.ts'
import type { ConnectionError, ConnectionFailure } from './connection.ts'
import { type ErrorCode, GatewayError, safeName } from './errors.ts'

/** An answer of Bedrock, whole. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
  /** Bedrock's documentation of the exception says to try again. */
  readonly retry: boolean
}

const throttled: Meaning = {
  code: 'model_throttled',
  message: "The tenant's quota for this model is used up for the moment. Wait as Retry-After says, then try again.",
  retry: true,
}
const unavailable: Meaning = {
  code: 'model_unavailable',
  message: 'The model service is unavailable at the moment. Try again.',
  retry: true,
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ThrottlingException: throttled,
  TooManyRequestsException: throttled,
  ServiceQuotaExceededException: {
    code: 'model_quota_exceeded',
    message: "The request is over a quota of the tenant's account. Ask for fewer maxTokens, or have the quota raised.",
    retry: false,
  },
  ModelNotReadyException: {
    code: 'model_not_ready',
    message: 'The model is being loaded and not ready yet. Try again.',
    retry: true,
  },
  ServiceUnavailableException: unavailable,
  InternalServerException: unavailable,
  ModelTimeoutException: {
    code: 'model_timeout',
    message: 'The model took too long. Ask for fewer maxTokens, or send a shorter prompt.',
    retry: false,
  },
  ModelStreamErrorException: {
    code: 'model_answer_incomplete',
    message: 'The model failed in the middle of its answer. What has arrived so far is not the whole answer.',
    retry: false,
  },
  ModelErrorException: {
    code: 'model_error',
    message: 'The model failed while it worked on the request. Change the request, or use another model.',
    retry: false,
  },
  AccessDeniedException: {
    code: 'model_access_denied',
    message: "The tenant's account has no access to this model. The account's administrator must grant it.",
    retry: false,
  },
  ResourceNotFoundException: {
    code: 'model_not_found',
    message: "The model behind this name does not exist (any more). Tell the platform's operators.",
    retry: false,
  },
}

/** The session was revoked or had expired by AWS's clock: new credentials may help, once. */
const STALE_CREDENTIALS = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
])

/** A failed attempt: the error for the caller, and what the next attempt may do about it. */
export interface ModelFailure {
  readonly error: GatewayError
  readonly next: 'final' | 'repeat' | 'renewCredentials'
  /** Bedrock's own Retry-After. */
  readonly retryAfterSeconds?: number | undefined
}

/** @param sent the request's body, so that Bedrock's words are not passed on where they quote it. */
export function failureOf(answer: Answer, sent: string): ModelFailure {
  const name = exceptionName(answer)
  const cause = new Error(`Bedrock answered ${answer.status} ${name ?? ''}`)
  const seconds = retryAfterSeconds(answer)
  if (name === 'ValidationException') {
    const words = bedrockWords(answer.body, sent)
    const message = `The model service refuses the request${words ? `: ${words}` : ': a field has a value that this model does not take.'}`
    return { error: new GatewayError('model_rejected_input', message, { cause }), next: 'final' }
  }
  const meaning = meaningOf(name, answer.status)
  const headers: Record<string, string> =
    meaning.code === 'model_throttled' || meaning.retry ? { 'retry-after': `${seconds ?? 5}` } : {}
  const error = new GatewayError(meaning.code, meaning.message, { cause, headers })
  if (name !== undefined && STALE_CREDENTIALS.has(name)) return { error, next: 'renewCredentials' }
  return { error, next: meaning.retry ? 'repeat' : 'final', retryAfterSeconds: seconds }
}

function meaningOf(name: string | undefined, status: number): Meaning {
  const known = name !== undefined && Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined
  if (known) return known
  if (status === 429) return throttled
  if (status >= 500) return unavailable
  return {
    code: 'model_access_denied',
    message: "The model service refused the gateway's own credentials; nothing in your request is wrong.",
    retry: false,
  }
}

/** An exception in the middle of a stream: `throttlingException`, … It is never repeated, as a part has arrived. */
export function streamException(type: string): GatewayError {
  const name = type.charAt(0).toUpperCase() + type.slice(1)
  const cause = new Error(`Bedrock ended the stream with ${name}`)
  if (name === 'ValidationException') {
    return new GatewayError('model_rejected_input', 'The model service refuses the request while it answers.', {
      cause,
    })
  }
  const { code, message } = meaningOf(name, 500)
  return new GatewayError(code, message, { cause })
}

const CONNECTION: Readonly<Record<ConnectionFailure, readonly [ErrorCode, string]>> = {
  unreachable: [
    'model_unreachable',
    "The tenant's model endpoint cannot be reached from the hub. Tell the platform's operators.",
  ],
  timeout: [
    'model_timeout',
    'The model did not answer within the time of this request. Ask for fewer maxTokens, or send a shorter prompt.',
  ],
  broken: ['model_answer_incomplete', 'The connection to the model service broke before it had answered.'],
  aborted: ['client_left', 'The client left before the model had answered.'],
  tooLarge: [
    'answer_too_large',
    "The model's answer is over 25 MB, the most that the gateway holds. Ask for fewer maxTokens or smaller images.",
  ],
}

/** No answer: never repeated, since nobody knows whether the model has already worked on it, and it costs money. */
export function connectionFailure(cause: ConnectionError): ModelFailure {
  const [code, message] = CONNECTION[cause.failure]
  return { error: new GatewayError(code, message, { cause }), next: 'final' }
}

function retryAfterSeconds(answer: Answer): number | undefined {
  const seconds = Number(answer.headers['retry-after'])
  return Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : undefined
}

/** Bedrock's sentence, bounded, without ARNs and account numbers; `undefined` where it repeats what the caller wrote. */
function bedrockWords(body: string, sent: string): string | undefined {
  const message = messageOf(body)
  if (message === undefined || quotes(message, sent)) return undefined
  const plain = message.replaceAll(/arn:[^\s"',)]+/g, '[ARN]').replaceAll(/\b\d{12}\b/g, '[account]')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return plain.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300)
}

/** Name of the exception: the header `x-amzn-errortype`, or `__type`; without namespace and without the URL that some services append. */
function exceptionName({ headers, body }: Answer): string | undefined {
  return (headers['x-amzn-errortype'] ?? typeOf(body))?.split(':')[0]?.split('#').at(-1)
}

function typeOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) && typeof value.__type === 'string' ? value.__type.split('#').at(-1) : undefined
  } catch {
    return undefined
  }
}

function messageOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    const message = 'message' in value ? value.message : 'Message' in value ? value.Message : undefined
    return typeof message === 'string' && message !== '' ? message : undefined
  } catch {
    return undefined
  }
}

/** Texts of Bedrock's own vocabulary, which its messages use whoever wrote the request. */
const VOCABULARY = new Set(['assistant'])

/** Whether a text that the caller sent, or the start of a longer one, is in the message. */
function quotes(message: string, sent: string): boolean {
  const open: unknown[] = [JSON.parse(sent)]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'object' && value !== null) {
      // One by one: a spread of as many arguments as the caller sent elements would overflow the stack.
      for (const one of Object.values(value)) open.push(one)
      // A plain name helps the caller find the field; anything else may be a text in the wrong place.
      for (const name of Object.keys(value)) if (safeName(name) === undefined) open.push(name)
    }
    if (typeof value === 'string' && value.trim().length >= 6 && !VOCABULARY.has(value)) {
      if (message.includes(value.trim().slice(0, 24))) return true
    }
  }
  return false
}
