/**
 * Reports each step of each request to observers: its path, every decision about it, what stopped it and why. Without observers no report
 * is built.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ApiCall, Authorize, Decision } from './iam/call.ts'
import type { Change } from './ledger/ledger.ts'
import type { Origin, Path, Refusal } from './network/path.ts'

/** One step. Nothing in it is secret: no token, no header, no body, no query string. */
export type Step =
  /** A request came to a listener, by the path from its client. */
  | {
      readonly kind: 'arrived'
      readonly traceId: string
      readonly listenerArn: string
      readonly method: string
      /** Path of the URL. */
      readonly target: string
      readonly path: Path
    }
  /** The first rule whose conditions it meets. */
  | { readonly kind: 'ruled'; readonly traceId: string; readonly ruleArn: string }
  /** By the load balancer's web ACL. */
  | { readonly kind: 'blocked'; readonly traceId: string; readonly status: number }
  /** Its token, by `jwt-validation`; the reason is AWS's name for it. */
  | { readonly kind: 'validated'; readonly traceId: string; readonly valid: boolean; readonly reason?: string }
  /** To a function, or over the network to a task. */
  | { readonly kind: 'forwarded'; readonly traceId: string; readonly to: Forwarded }
  | {
      readonly kind: 'answered'
      readonly traceId: string
      readonly status: number
      readonly milliseconds: number
      readonly errorReason?: string
      readonly lambdaRequestId?: string
    }
  /** A connection to a host was tried, or used again: DNS and the network's path, or what stopped it. */
  | {
      readonly kind: 'connected'
      readonly from: Origin
      readonly host: string
      readonly outcome: Path | Refusal
    }
  /** A call of a service's API. Those of one `call` belong together. */
  | {
      readonly kind: 'called'
      readonly call: number
      readonly from: Origin
      readonly host: string
      readonly service: string
      readonly path: Path
      /** `X-Amzn-Trace-Id`, which the SDK's clients in a function pass on. */
      readonly traceId?: string
    }
  /** IAM's, of the call that it is part of. */
  | ({
      readonly kind: 'decided'
      readonly call?: number
      readonly action: string
      readonly resource: string
      /** ARN of the session, or `anonymous`. */
      readonly caller: string
    } & Decision)
  | {
      readonly kind: 'served'
      readonly call: number
      readonly operation: string
      readonly status: number
      readonly milliseconds: number
      readonly errorCode?: string
      /** ARN of the role whose credentials signed, and the session's account. */
      readonly role?: string
      readonly account?: string
      /** The service's own id of the call. */
      readonly requestId?: string
    }
  /** A fault that was switched on has hit a call. */
  | {
      readonly kind: 'faulted'
      readonly call?: number
      readonly service: string
      readonly operation: string
      /** `latency`, `throttling`, … */
      readonly fault: string
    }
  /** Lines came into a log group. */
  | { readonly kind: 'logged'; readonly logGroup: string; readonly stream: string; readonly lines: readonly string[] }
  /** The ledger is another. */
  | { readonly kind: 'declared'; readonly change: Change }

export type Forwarded =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'address'; readonly address: string; readonly outcome: Path | Refusal }

/** A step, and when it was taken: milliseconds since 1970, with fractions. */
export type Observed = Step & { readonly at: number }

export type Observer = (step: Observed) => void

/** What those who have something to tell see of it. */
export interface Telling {
  /** Whether anybody watches: only then a step is worth putting together. */
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

  /** @returns what ends it */
  add(observer: Observer): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  tell(step: Step): void {
    if (this.#observers.size === 0) return
    const observed: Observed = { ...step, at: performance.timeOrigin + performance.now() }
    // An observer that fails is no reason for a request to.
    for (const observer of this.#observers)
      try {
        observer(observed)
      } catch (error) {
        console.error('An observer failed:', error)
      }
  }

  /** What is told while `work` runs is of one call. */
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

  /** The evaluator, whose every decision is told. */
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

/** Nobody watches. */
export const UNWATCHED: Telling & Pick<Observers, 'during'> = {
  watched: false,
  tell() {},
  during: (work) => work(0),
}
