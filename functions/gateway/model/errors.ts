/** Turns a failed call of Bedrock into the error that the caller gets, and says what the next attempt may do. */

import { isMap } from '../../../shared/is-map.ts'
import type { ConnectionError, ConnectionFailure } from '../aws/connection.ts'
import { type ErrorCode, GatewayError, safeName } from '../errors.ts'
import { type Refusal, refusalOf } from './bedrock-exceptions.ts'

/** A whole answer of Bedrock. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** A failed attempt: the error for the caller, and what the next attempt may do. */
export interface ModelFailure {
  readonly error: GatewayError
  readonly next: 'final' | 'repeat' | 'renewCredentials'
  /**
   * Whether another model may be asked instead.
   * @param isOther whether this model was itself asked instead of another one, which might have accepted what this one refused
   */
  readonly elsewhere: (isOther: boolean) => boolean
  /** The seconds of Bedrock's own Retry-After header. */
  readonly retryAfterSeconds?: number | undefined
}

/** Errors of a model that has not begun to work on the request. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set([
  'model_rejected_input',
  'model_access_denied',
  'model_not_found',
  'model_misconfigured',
  'model_quota_exceeded',
])

/** @param sent the request's body. A message of Bedrock that quotes it is not passed on */
export function failureOf(answer: Answer, sent: string): ModelFailure {
  const name = exceptionName(answer)
  const said = messageOf(answer.body) ?? ''
  const refusal = refusalOf(name, answer.status, said)
  const seconds = retryAfterSeconds(answer)
  const headers: Record<string, string> = refusal.repeat ? { 'retry-after': `${seconds ?? 5}` } : {}
  const error = refused(refusal, `Bedrock answered ${answer.status} ${name ?? ''}`, said, sent, headers)
  if (refusal.renewCredentials) return { error, next: 'renewCredentials', elsewhere: () => false }
  const noCapacity = refusal.repeat === true || refusal.used === 'day'
  return {
    error,
    next: refusal.repeat ? 'repeat' : 'final',
    retryAfterSeconds: seconds,
    elsewhere: (isOther) => noCapacity || (isOther && NOT_TAKEN.has(refusal.code)),
  }
}

/**
 * An exception in the middle of a stream: `throttlingException`, … The call is never repeated, because the caller already has a part of the
 * answer.
 */
export function streamException(type: string, body: Uint8Array, sent: string): GatewayError {
  const name = type.charAt(0).toUpperCase() + type.slice(1)
  const said = messageOf(Buffer.from(body).toString()) ?? ''
  return refused(refusalOf(name, 500, said), `Bedrock ended the stream with ${name}`, said, sent, {})
}

/** Most characters of Bedrock's message that are passed on; the message can be as long as what it quotes. */
const MOST_WORDS = 1000

function refused(
  { code, message, aboutRequest }: Refusal,
  what: string,
  said: string,
  sent: string,
  headers: Readonly<Record<string, string>>,
): GatewayError {
  const heard = said.slice(0, MOST_WORDS)
  const words = heard === '' || quotes(heard, sent) ? '' : plain(heard)
  if (!aboutRequest)
    return new GatewayError(code, message, { cause: new Error(words ? `${what}: ${words}` : what), headers })
  const why = words || 'a field has a value that this model does not take.'
  return new GatewayError(code, `${message}: ${why}`, { cause: new Error(what), headers })
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

/** The error if no answer came. The call is never repeated, because the model may already have worked on it, which costs money. */
export function connectionFailure(cause: ConnectionError): ModelFailure {
  const [code, message] = CONNECTION[cause.failure]
  return { error: new GatewayError(code, message, { cause }), next: 'final', elsewhere: () => false }
}

function retryAfterSeconds(answer: Answer): number | undefined {
  const seconds = Number(answer.headers['retry-after'])
  return Number.isInteger(seconds) && seconds > 0 && seconds <= 3600 ? seconds : undefined
}

/** Bedrock's message, shortened, without ARNs and account numbers. */
function plain(said: string): string {
  const masked = said.replaceAll(/arn:[^\s"',)]+/g, '[ARN]').replaceAll(/\b\d{12}\b/g, '[account]')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return masked.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300)
}

/**
 * Name of the exception, from the header `x-amzn-errortype` or from `__type`, without namespace and without the URL that some services append.
 */
function exceptionName({ headers, body }: Answer): string | undefined {
  return (headers['x-amzn-errortype'] ?? typeOf(body))?.split(':')[0]?.split('#').at(-1)
}

function typeOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isMap(value) && typeof value.__type === 'string' ? value.__type.split('#').at(-1) : undefined
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

/** Words that Bedrock's messages use whether or not they are in the request. */
const VOCABULARY = new Set(['assistant'])

/** Whether the message contains a text that the caller sent, or the start of a longer one. */
function quotes(message: string, sent: string): boolean {
  const open: unknown[] = [JSON.parse(sent)]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'object' && value !== null) {
      // Done one by one: spreading as many arguments as the caller sent elements would overflow the stack.
      for (const one of Object.values(value)) open.push(one)
      // A plain name helps the caller to find the field; anything else may be a text that the caller put in the wrong place.
      for (const name of Object.keys(value)) if (safeName(name) === undefined) open.push(name)
    }
    if (typeof value === 'string' && value.trim().length >= 6 && !VOCABULARY.has(value)) {
      if (message.includes(value.trim().slice(0, 24))) return true
    }
  }
  return false
}
