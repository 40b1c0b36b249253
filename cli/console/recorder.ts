/**
 * Collects an observer's steps into requests with their paths. Its memory is limited: when a new request comes, the oldest is removed. It runs
 * between the steps of a request, so it neither waits nor calls anything.
 */
import type { Observed } from '@genai/local-cloud/observer'
import { GatewayLines } from './gateway-lines.ts'
import type { RequestDetail, RequestView, Totals } from './messages.ts'
import type { Places } from './places.ts'
import { Recorded } from './recorded.ts'
import { UnderWay } from './under-way.ts'

export interface RecorderOptions {
  readonly places: () => Places
  /** Number of requests that are kept. */
  readonly kept?: number
}

export const KEPT = 500

type Of<Kind extends Observed['kind']> = Extract<Observed, { kind: Kind }>

export class Recorder {
  readonly #places: () => Places
  readonly #kept: number
  readonly #requests = new Map<string, Recorded>()
  readonly #underWay = new UnderWay()
  readonly #lines = new GatewayLines()
  /** For each call, the request to which it belongs. */
  readonly #calls = new Map<number, Recorded>()
  readonly #changed = new Set<Recorded>()
  #arrived = 0
  #refused = 0
  #failed = 0

  constructor({ places, kept = KEPT }: RecorderOptions) {
    this.#places = places
    this.#kept = kept
  }

  observe(step: Observed): void {
    switch (step.kind) {
      case 'arrived':
        this.#arrive(step)
        break
      case 'blocked':
      case 'validated':
        this.#of(step.traceId, (request) => request.atTheDoor(step))
        break
      case 'forwarded':
        this.#of(step.traceId, (request) => this.#underWay.add(request, request.forward(step, this.#places())))
        break
      case 'answered':
        this.#of(step.traceId, (request) => this.#answer(request, step))
        break
      case 'connected':
        if (!step.outcome.reachable)
          this.#whose(step, (request, guessed) => request.lose(step, this.#places(), guessed))
        break
      case 'called':
        this.#whose(step, (request, guessed) => {
          this.#calls.set(step.call, request)
          request.call(step, this.#places(), guessed)
        })
        break
      case 'decided':
      case 'faulted':
        this.#ofCall(step.call, (request) => request.during(step))
        break
      case 'served':
        this.#ofCall(step.call, (request) => request.serve(step, this.#places()))
        this.#calls.delete(step.call)
        break
      case 'logged':
        this.#log(step)
        break
      case 'ruled':
      case 'declared':
        break
    }
  }

  /** Requests that have changed since this was last called, newest last. */
  takeChanged(): readonly RequestView[] {
    const changed = [...this.#changed].map((request) => request.view())
    this.#changed.clear()
    return changed
  }

  /** Sorted, newest last. */
  latest(count: number): readonly RequestView[] {
    return [...this.#requests.values()].slice(-count).map((request) => request.view())
  }

  detail(id: string): RequestDetail | undefined {
    return this.#requests.get(id)?.detail()
  }

  get totals(): Totals {
    return { requests: this.#arrived, refused: this.#refused, failed: this.#failed, underWay: this.#underWay.size }
  }

  #arrive(step: Of<'arrived'>): void {
    const request = new Recorded(step, this.#places())
    this.#arrived += 1
    this.#requests.set(request.id, request)
    this.#changed.add(request)
    if (this.#requests.size <= this.#kept) return
    const [oldest] = this.#requests
    if (!oldest) return
    this.#requests.delete(oldest[0])
    this.#changed.delete(oldest[1])
    this.#underWay.remove(oldest[1])
  }

  #answer(request: Recorded, step: Of<'answered'>): void {
    this.#underWay.remove(request)
    const line = this.#lines.take(step.lambdaRequestId)
    if (line) request.tell(line)
    request.answer(step)
    if (request.outcome === 'refused') this.#refused += 1
    if (request.outcome === 'failed') this.#failed += 1
  }

  #of(traceId: string, work: (request: Recorded) => void): void {
    const request = this.#requests.get(rootOf(traceId))
    if (!request) return
    work(request)
    this.#changed.add(request)
  }

  #ofCall(call: number | undefined, work: (request: Recorded) => void): void {
    const request = call === undefined ? undefined : this.#calls.get(call)
    if (!request) return
    work(request)
    this.#changed.add(request)
  }

  /** Finds the request by the trace that the caller passes on, or otherwise by where the call comes from. */
  #whose({ from, ...step }: Of<'called'> | Of<'connected'>, work: (request: Recorded, guessed: boolean) => void): void {
    const traced =
      'traceId' in step && step.traceId !== undefined ? this.#requests.get(rootOf(step.traceId)) : undefined
    const found = traced ? { request: traced, guessed: false } : this.#underWay.at(from)
    if (!found) return
    work(found.request, found.guessed)
    this.#changed.add(found.request)
  }

  /** The gateway's own line: who sent the request, for what, and the decision. */
  #log({ logGroup, lines, at }: Of<'logged'>): void {
    for (const line of this.#lines.read(logGroup, lines)) {
      const request = this.#underWay.ofLine(line, at)
      if (!request) this.#lines.keep(line)
      else {
        const before = request.outcome
        request.tell(line)
        // A line that arrives after the answer may say who refused the request.
        if (before === 'failed' && request.outcome === 'refused') {
          this.#failed -= 1
          this.#refused += 1
        }
        this.#changed.add(request)
      }
    }
  }
}

/** `Self=…;Root=1-…` → `1-…` */
const rootOf = (traceId: string) => /Root=([^;]+)/.exec(traceId)?.[1] ?? traceId
