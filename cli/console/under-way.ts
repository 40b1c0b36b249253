/** The running requests of each gateway, because a gateway's call does not say which request it is for. */
import type { Origin } from '@genai/local-cloud/network/path'
import type { GatewayLine } from './gateway-lines.ts'
import type { Recorded } from './recorded.ts'

/** Milliseconds by which a task's line may be later than its answer, because it comes through a pipe. */
const LATE_MILLISECONDS = 3_000
const LATE_KEPT = 200

export class UnderWay {
  /** For each function, or each address of a task: its requests, oldest first. */
  readonly #at = new Map<string, Set<Recorded>>()
  /** Requests that were answered a moment ago, and for which no line has arrived. */
  readonly #late = new Set<Recorded>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param place `function NAME` or `task ADDRESS` */
  add(request: Recorded, place: string): void {
    const there = this.#at.get(place)
    if (there) there.add(request)
    else this.#at.set(place, new Set([request]))
    request.place = place
    this.#size += 1
  }

  remove(request: Recorded): void {
    if (request.place === undefined || !this.#at.get(request.place)?.delete(request)) return
    this.#size -= 1
    if (request.isTold) return
    this.#late.add(request)
    for (const one of this.#late) {
      if (this.#late.size <= LATE_KEPT) break
      this.#late.delete(one)
    }
  }

  at(from: Origin): { readonly request: Recorded; readonly guessed: boolean } | undefined {
    const place =
      from.kind === 'function' ? `function ${from.functionName}` : from.kind === 'task' ? `task ${from.privateIp}` : ''
    const there = this.#at.get(place)
    const [request] = there ?? []
    return request && { request, guessed: (there?.size ?? 0) > 1 }
  }

  /**
   * Finds the request to which a task's line belongs: the one that it named before, or otherwise the request of its tenant that was forwarded at
   * the time with which the line begins. A function's line has the invocation's id, by which it is found once the function has answered.
   */
  ofLine(line: GatewayLine, now: number): Recorded | undefined {
    let best: { readonly request: Recorded; readonly apart: number } | undefined
    for (const requests of [...this.#at.values(), this.#late])
      for (const request of requests) {
        if (request.lineId === line.requestId) return request
        const { passedOnAt } = request
        if (request.tenant !== line.tenant || request.isTold || passedOnAt === undefined) continue
        if (request.place?.startsWith('function ') === true) continue
        const apart = Math.abs(line.at - passedOnAt)
        if (!best || apart < best.apart) best = { request, apart }
      }
    for (const request of this.#late)
      if (now - request.began > LATE_MILLISECONDS && request.isEnded) this.#late.delete(request)
    if (best) this.#late.delete(best.request)
    return best?.request
  }
}
