/** What a fault is, and which calls it hits. */
import { STREAM_EXCEPTIONS, type StreamException } from '../aws/bedrock/event-stream.ts'
import { OPERATIONS_OF, UNSIGNED } from './services.ts'

/** Faults in the middle of a streamed answer, after this many of its events; 0 means before the first one. */
export type StreamFault =
  /** No event comes for this long. The status line comes in time. */
  | { readonly kind: 'streamPause'; readonly milliseconds: number; readonly afterEvents: number }
  /** The last frame is an exception. */
  | {
      readonly kind: 'streamError'
      readonly code: StreamException
      readonly message?: string
      readonly afterEvents: number
    }
  /** The answer ends properly, but before its last event. */
  | { readonly kind: 'streamEnd'; readonly afterEvents: number }
  /** The connection breaks. */
  | { readonly kind: 'streamCut'; readonly afterEvents: number }

/** The kinds of faults. AWS's services, a network and a runtime fail in these ways. A refusal by a policy is not among them. */
export type Fault =
  | StreamFault
  /** The service answers, but later. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  /** The service answers with one of its own errors, in its own format. */
  | {
      readonly kind: 'error'
      readonly code: string
      /** @default `The service failed.` */
      readonly message?: string
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The service's own throttling error. Bedrock may name a time after which to try again. */
  | { readonly kind: 'throttling'; readonly retryAfterSeconds?: number }
  /** The service says that the credentials have expired, even if they have not. */
  | { readonly kind: 'expiredCredentials' }
  /** The service's clock is this far ahead (negative: behind). It affects signatures, expirations and tokens. */
  | { readonly kind: 'clockSkew'; readonly seconds: number }
  /** Credentials from STS last at most this long. */
  | { readonly kind: 'shortSession'; readonly seconds: number }
  /** The connection is reset after the request was sent, but the service has not seen the request. */
  | { readonly kind: 'reset' }
  /** The service has done its work, but the connection breaks in the middle of its answer. */
  | { readonly kind: 'halfAnswer' }
  /** No answer comes, and the connection stays open. */
  | { readonly kind: 'silence' }
  /** The process of a function or task gets SIGKILL this long after a request has reached it, unless it has answered before. */
  | { readonly kind: 'kill'; readonly afterMilliseconds: number }

/** A call is hit if it matches every field that is given. */
export interface Where {
  /** `sts`, `dynamodb`, `cognito-idp`, `logs`, `bedrock-runtime`, `lambda`, `ecs` */
  readonly service?: string
  /** `AssumeRole`, `Query`, `Converse`, `jwks.json`, `Invoke`, `Request` */
  readonly operation?: string
  /**
   * The account whose credentials sign the call; for an unsigned call, the account of the caller's place in the network; for a function, the
   * function's account.
   */
  readonly account?: string
  /** The function or container service that makes the call; for `lambda` and `ecs`, the one that is called. */
  readonly functionName?: string
  /** The model id or inference profile id in a call to Bedrock. */
  readonly model?: string
}

export interface FaultRule {
  readonly where: Where
  readonly fault: Fault
  /**
   * Hits only this many matching calls, the first ones.
   * @default all
   */
  readonly times?: number
  /**
   * Hits this share of the matching calls, from 0 to 1.
   * @default 1
   */
  readonly probability?: number
}

/** The properties of a call that rules can match. */
export interface Call {
  readonly service: string
  readonly operation: string
  readonly account?: string
  readonly functionName?: string
  readonly model?: string
}

const FIELDS = ['service', 'operation', 'account', 'functionName', 'model'] as const satisfies readonly (keyof Where)[]

export const fits = (where: Where, call: Call): boolean =>
  FIELDS.every((field) => where[field] === undefined || where[field] === call[field])

/** The faults that can hit an invocation. */
export const OF_LAMBDA: ReadonlySet<Fault['kind']> = new Set(['latency', 'error', 'throttling', 'kill'])

/** @throws Error for a rule that can never have an effect */
export function checkRule({ where, fault, times, probability = 1 }: FaultRule): void {
  const problem =
    problemOf(where) ??
    unfitting(where, fault.kind) ??
    outOfRange(fault) ??
    (times === undefined ? undefined : whole('times', times, 1)) ??
    (probability > 0 && probability <= 1 ? undefined : `probability is ${probability}, not above 0 and at most 1`)
  if (problem !== undefined) throw new Error(`This fault cannot be injected: ${problem}.`)
}

/** Refuses an unknown name, because such a fault would never hit. */
function problemOf({ service, operation }: Where): string | undefined {
  const operations = service === undefined ? Object.values(OPERATIONS_OF).flat() : OPERATIONS_OF[service]
  if (!operations)
    return `there is no service '${service}' in the local cloud, only ${Object.keys(OPERATIONS_OF).join(', ')}`
  if (operation === undefined || operations.includes(operation)) return undefined
  return `${service ?? 'no service'} has ${service ? 'no operation' : 'an operation'} '${operation}'; there are ${operations.join(', ')}`
}

function unfitting({ service, operation }: Where, kind: Fault['kind']): string | undefined {
  if (service === 'lambda' && !OF_LAMBDA.has(kind))
    return `a function cannot have ${kind}, only ${[...OF_LAMBDA].join(', ')}`
  if (OF_STREAMS.has(kind)) {
    if (service !== undefined && service !== 'bedrock-runtime')
      return `${kind} is for the service 'bedrock-runtime' only`
    if (operation !== undefined && !STREAMED.includes(operation))
      return `${operation} is not streamed, so it cannot have ${kind}; ${STREAMED.join(' and ')} are`
  }
  if (service === 'ecs' && kind !== 'kill') return `a task cannot have ${kind}, only kill`
  if (kind === 'kill' && service !== 'lambda' && service !== 'ecs')
    return "kill is for the services 'lambda' and 'ecs' only"
  if (kind === 'shortSession' && service !== 'sts') return "shortSession is for the service 'sts' only"
  if ((kind === 'expiredCredentials' || kind === 'clockSkew') && operation !== undefined && UNSIGNED.has(operation))
    return `${operation} is read without credentials, so it cannot have ${kind}`
  return undefined
}

const STREAM_KINDS: readonly StreamFault['kind'][] = ['streamPause', 'streamError', 'streamEnd', 'streamCut']
const OF_STREAMS: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>(STREAM_KINDS)
const STREAMED: readonly string[] = ['ConverseStream', 'InvokeModelWithResponseStream']

export const isStreamFault = (fault: Fault): fault is StreamFault => OF_STREAMS.has(fault.kind)

const HOUR_MS = 3_600_000
const YEAR_SECONDS = 366 * 24 * 3600

function outOfRange(fault: Fault): string | undefined {
  switch (fault.kind) {
    case 'latency':
      return whole('milliseconds', fault.milliseconds, 1, HOUR_MS)
    case 'streamPause':
      return whole('milliseconds', fault.milliseconds, 1, HOUR_MS) ?? whole('afterEvents', fault.afterEvents, 0)
    case 'streamEnd':
    case 'streamCut':
      return whole('afterEvents', fault.afterEvents, 0)
    case 'streamError':
      if (!STREAM_EXCEPTIONS.includes(fault.code))
        return `code is '${fault.code}', none of a stream's exceptions: ${STREAM_EXCEPTIONS.join(', ')}`
      return whole('afterEvents', fault.afterEvents, 0)
    case 'kill':
      return whole('afterMilliseconds', fault.afterMilliseconds, 0, HOUR_MS)
    case 'shortSession':
      return whole('seconds', fault.seconds, 1, 12 * 3600)
    case 'clockSkew':
      return fault.seconds === 0
        ? 'a clock that is 0 seconds wrong is right'
        : whole('seconds', fault.seconds, -YEAR_SECONDS, YEAR_SECONDS)
    case 'throttling':
      return fault.retryAfterSeconds === undefined ? undefined : whole('retryAfterSeconds', fault.retryAfterSeconds, 0)
    case 'error':
      if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(fault.code)) return `code is '${fault.code}', not an error's name`
      return whole('status', fault.status, 400, 599)
    default:
      return undefined
  }
}

function whole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): string | undefined {
  if (Number.isInteger(value) && value >= least && value <= most) return undefined
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
  return `${name} is ${value}, not a whole number of ${range}`
}
