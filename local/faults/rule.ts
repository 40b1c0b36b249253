/** What a fault is, and which calls it hits. */

/** What goes wrong. AWS's services, a network and a runtime fail in these ways; none of them is how a policy refuses. */
export type Fault =
  /** The service answers, but later. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  /** The service answers an error of its own, in its own wire format. */
  | {
      readonly kind: 'error'
      readonly code: string
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The service's own throttling error; Bedrock may say when to come back. */
  | { readonly kind: 'throttling'; readonly retryAfterSeconds?: number }
  /** The service takes the credentials for expired, whatever their expiration says. */
  | { readonly kind: 'expiredCredentials' }
  /** The service's clock is so far ahead (negative: behind): signatures, expirations and tokens are judged by it. */
  | { readonly kind: 'clockSkew'; readonly seconds: number }
  /** Credentials that STS issues last no longer than this. */
  | { readonly kind: 'shortSession'; readonly seconds: number }
  /** The connection is reset after the request was sent; the service has not seen it. */
  | { readonly kind: 'reset' }
  /** The service has done its work, and the connection breaks in the middle of its answer. */
  | { readonly kind: 'halfAnswer' }
  /** Nothing comes back, and the connection stays open. */
  | { readonly kind: 'silence' }
  /** The process of a function gets SIGKILL so long after a request reached it, unless it has answered before. */
  | { readonly kind: 'kill'; readonly afterMilliseconds: number }

/** Every field that is given must fit. */
export interface Where {
  /** `sts`, `dynamodb`, `cognito-idp`, `bedrock-runtime`, `lambda` */
  readonly service?: string
  /** `AssumeRole`, `Query`, `Converse`, `jwks.json`, `Invoke` */
  readonly operation?: string
  /** Account whose credentials sign; of an unsigned call, the account that the caller sits in; of a function, its own. */
  readonly account?: string
  /** The function that calls; for `lambda`, the function that is called. */
  readonly functionName?: string
  /** Model or inference profile id of a call to Bedrock. */
  readonly model?: string
}

export interface FaultRule {
  readonly where: Where
  readonly fault: Fault
  /** Hits the first so many calls that fit. @default every one */
  readonly times?: number
  /** Hits this share of the calls that fit, 0 to 1. @default 1 */
  readonly probability?: number
}

/** A call as rules see it. */
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

const OF_LAMBDA: ReadonlySet<Fault['kind']> = new Set(['latency', 'error', 'throttling', 'kill'])

/** @throws Error for a rule that could never do what it says */
export function checkRule({ where, fault, times, probability = 1 }: FaultRule): void {
  const problem = () => {
    if (times !== undefined && !(Number.isInteger(times) && times > 0))
      return `times is ${times}, not a whole number above 0`
    if (!(probability > 0 && probability <= 1)) return `probability is ${probability}, not above 0 and at most 1`
    if (where.service === 'lambda' && !OF_LAMBDA.has(fault.kind))
      return `a function cannot have ${fault.kind}, only ${[...OF_LAMBDA].join(', ')}`
    if (fault.kind === 'kill' && where.service !== 'lambda') return "kill is for the service 'lambda' only"
    if (fault.kind === 'shortSession' && where.service !== 'sts') return "shortSession is for the service 'sts' only"
    return undefined
  }
  const found = problem()
  if (found !== undefined) throw new Error(`This fault cannot be injected: ${found}.`)
}
