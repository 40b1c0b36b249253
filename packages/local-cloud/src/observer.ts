/**
 * Reports each step of each request to observers: its path, every decision about it, what stopped it and why. Without observers no report
 * is built.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ApiCall, Authorize, Decision } from './iam/call.ts'
import type { Change } from './ledger/ledger.ts'
import type { Origin, Path, Refusal } from './network/path.ts'

/** One step. It contains no secrets: no token, header, body or query string. */
export type Step =
  /** A request has arrived at a listener, with the path from its client. */
  | {
      readonly kind: 'arrived'
      readonly traceId: string
      readonly listenerArn: string
      readonly method: string
      /** The path of the URL. */
      readonly target: string
      readonly path: Path
    }
  /** The first rule whose conditions the request meets was found. */
  | { readonly kind: 'ruled'; readonly traceId: string; readonly ruleArn: string }
  /** The load balancer's web ACL has blocked the request. */
  | { readonly kind: 'blocked'; readonly traceId: string; readonly status: number }
  /** `jwt-validation` has checked the token; `reason` is AWS's name for a refusal. */
  | { readonly kind: 'validated'; readonly traceId: string; readonly valid: boolean; readonly reason?: string }
  /** The request was forwarded to a function, or over the network to a task. */
  | { readonly kind: 'forwarded'; readonly traceId: string; readonly to: Forwarded }
  | {
      readonly kind: 'answered'
      readonly traceId: string
      readonly status: number
      readonly milliseconds: number
      readonly errorReason?: string
      readonly lambdaRequestId?: string
    }
  /** A connection to a host was tried or used again, with the result of DNS and the network's path. */
  | {
      readonly kind: 'connected'
      readonly from: Origin
      readonly host: string
      readonly outcome: Path | Refusal
    }
  /** A service's API was called. Steps with the same `call` belong together. */
  | {
      readonly kind: 'called'
      readonly call: number
      readonly from: Origin
      readonly host: string
      readonly service: string
      readonly path: Path
      /** `X-Amzn-Trace-Id`, which the SDK's clients in a function send. */
      readonly traceId?: string
    }
  /** IAM has decided about the call with this number. */
  | ({
      readonly kind: 'decided'
      readonly call?: number
      readonly action: string
      readonly resource: string
      /** The session's ARN, or `anonymous`. */
      readonly caller: string
    } & Decision)
  | {
      readonly kind: 'served'
      readonly call: number
      readonly operation: string
      readonly status: number
      readonly milliseconds: number
      readonly errorCode?: string
      /** The ARN of the role whose credentials signed the call, and the session's account. */
      readonly role?: string
      readonly account?: string
      /** The service's own id for the call. */
      readonly requestId?: string
    }
  /** An injected fault has hit a call. */
  | {
      readonly kind: 'faulted'
      readonly call?: number
      readonly service: string
      readonly operation: string
      /** The kind of fault: `latency`, `throttling` and so on. */
      readonly fault: string
    }
  /** Lines were added to a log group. */
  | { readonly kind: 'logged'; readonly logGroup: string; readonly stream: string; readonly lines: readonly string[] }
  /** The ledger has changed. */
  | { readonly kind: 'declared'; readonly change: Change }

export type Forwarded =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'address'; readonly address: string; readonly outcome: Path | Refusal }

/** A step, and its time in milliseconds since 1970, with fractions. */
export type Observed = Step & { readonly at: number }

export type Observer = (step: Observed) => void

/** The interface for code that reports steps. */
export interface Telling {
  /** Whether there is an observer. Otherwise no step needs to be built. */
  readonly watched: boolean
  tell(step: Step): void
}

export class Observers implements Telling {
  readonly #observers = new Set<Observer>()
  readonly #calls = new AsyncLocalStorage<number>()
  #last = 0

  get watched(): boolean {
    return this.#observers.size > 0
  }

  /** @returns a function that removes the observer */
  add(observer: Observer): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  tell(step: Step): void {
    if (this.#observers.size === 0) return
    const observed: Observed = { ...step, at: performance.timeOrigin + performance.now() }
    // An observer that throws does not make a request fail.
    for (const observer of this.#observers)
      try {
        observer(observed)
      } catch (error) {
        console.error('An observer failed:', error)
      }
  }

  /** Everything that is reported while `work` runs belongs to one call. */
  during<T>(work: (call: number) => T): T {
    this.#last += 1
    const call = this.#last
    return this.#calls.run(call, () => work(call))
  }

  /** The call that is being served. */
  get call(): { readonly call?: number } {
    const call = this.#calls.getStore()
    return call === undefined ? {} : { call }
  }

  /** Wraps the evaluator, so that each of its decisions is reported. */
  watching(authorize: Authorize): Authorize {
    return (call) => (this.watched ? this.#decide(authorize, call) : authorize(call))
  }

  async #decide(authorize: Authorize, call: ApiCall): Promise<Decision> {
    const decision = await authorize(call)
    const { action, resource, session } = call
    const caller = session === 'anonymous' ? 'anonymous' : session.arn
    this.tell({ kind: 'decided', ...this.call, action, resource, caller, ...decision })
    return decision
  }
}

/** Stands for "no observers". */
export const UNWATCHED: Telling & Pick<Observers, 'during'> = {
  watched: false,
  tell() {},
  during: (work) => work(0),
}
