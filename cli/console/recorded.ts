/** What has been observed of one request. */
import type { Observed } from '@genai/local-cloud/observer'
import { TENANT_ID } from '../../shared/tenant.ts'
import type { GatewayLine } from './gateway-lines.ts'
import type { DecisionView, Hop, Leg, LegDetail, Outcome, RequestDetail, RequestView, Stopped } from './messages.ts'
import type { Places } from './places.ts'
import { CHECKS, FIREWALL, IAM_LAYERS, NETWORK_LAYERS, TOKEN } from './words.ts'

type Of<Kind extends Observed['kind']> = Extract<Observed, { kind: Kind }>

/** A part of a path that may not have ended. */
interface OpenLeg {
  kind: Leg['kind']
  label: string
  at: number
  milliseconds?: number
  ok?: boolean
  detail?: string
  way: readonly string[]
  guessed?: true
  call?: number
  hops: readonly Hop[]
  decisions: DecisionView[]
  stopped?: Stopped
}

/** Most parts of a path that are kept, because some requests repeat a call again and again. */
const MOST_LEGS = 60

export class Recorded {
  readonly id: string
  readonly began: number
  readonly tenant: string | undefined
  outcome: Outcome = 'under way'
  /** Where the request is: see {@link UnderWay}. */
  place?: string
  passedOnAt?: number
  #gateway: string | undefined
  readonly #arrival: Of<'arrived'>
  readonly #legs: OpenLeg[] = []
  #line: GatewayLine | undefined
  #answer: Of<'answered'> | undefined
  #stopped: Stopped | undefined

  constructor(step: Of<'arrived'>, places: Places) {
    this.#arrival = step
    this.id = /Root=([^;]+)/.exec(step.traceId)?.[1] ?? step.traceId
    this.began = step.at
    const [, first = ''] = step.target.split('/')
    const [tenant = ''] = first.split('.')
    this.tenant = TENANT_ID.test(tenant) ? tenant : undefined
    const way = places.way(step.path.hops)
    this.#add({ kind: 'arrival', label: 'Client → load balancer', at: 0, ok: true, way, hops: step.path.hops })
  }

  get isEnded(): boolean {
    return this.#answer !== undefined
  }

  /** The gateway has reported its decision. */
  get isTold(): boolean {
    return this.#line?.decision !== undefined
  }

  /** The gateway's own id of the request. */
  get lineId(): string | undefined {
    return this.#line?.requestId
  }

  /** What the load balancer does itself. */
  atTheDoor(step: Of<'blocked'> | Of<'validated'>): void {
    const way = this.#legs[0]?.way.slice(-1) ?? []
    const at = step.at - this.began
    const ok = step.kind === 'validated' && step.valid
    const [layer, why] =
      step.kind === 'blocked'
        ? [FIREWALL, 'A rule of the web ACL blocks it.']
        : [TOKEN, step.reason ?? 'The token is valid.']
    const [node] = way
    const stopped = ok ? {} : { stopped: { layer, why, ...(node !== undefined && { node }) } }
    const kind = step.kind === 'blocked' ? 'firewall' : 'token'
    this.#add({ kind, label: layer, at, ok, detail: why, way, hops: [], ...stopped })
  }

  /** @returns where the request is then */
  forward({ to, at }: Of<'forwarded'>, places: Places): string {
    this.passedOnAt = at
    const from = this.#legs[0]?.way.at(-1)
    const common = { kind: 'forward', at: at - this.began } as const
    if (to.kind === 'function') {
      const name = to.functionArn.split(':')[6] ?? ''
      this.#gateway = `function:${name}`
      const way = [from ?? '', this.#gateway].filter((id) => id !== '')
      this.#add({ ...common, label: `Load balancer → ${name}`, ok: true, way, hops: [] })
      return `function ${name}`
    }
    const { address, outcome } = to
    const way = places.way(outcome.hops)
    this.#gateway = way.at(-1)
    const lost = outcome.reachable ? {} : { detail: outcome.reason, stopped: lostBy(outcome, way) }
    this.#add({
      ...common,
      label: `Load balancer → task at ${address}`,
      ok: outcome.reachable,
      way,
      hops: outcome.hops,
      ...lost,
    })
    return `task ${address.replace(/:\d+$/, '')}`
  }

  call({ call, service, path, from, at }: Of<'called'>, places: Places, guessed: boolean): void {
    const way = places.way(path.hops, from.kind === 'task' ? from.serviceName : undefined)
    this.#add({
      kind: 'call',
      label: service,
      at: at - this.began,
      call,
      way,
      hops: path.hops,
      ...(guessed && { guessed: true }),
    })
  }

  /** Decisions and faults while a call is served. */
  during(step: Of<'decided'> | Of<'faulted'>): void {
    const leg = this.#legs.findLast(({ call }) => call === step.call)
    if (!leg) return
    if (step.kind === 'faulted') {
      const { fault, service, operation } = step
      const detail = `${fault} of ${service} ${operation}, which was switched on`
      this.#add({
        kind: 'fault',
        label: 'Fault',
        at: step.at - this.began,
        ok: false,
        detail,
        way: leg.way.slice(-1),
        hops: [],
      })
      return
    }
    const { action, resource, caller, allowed } = step
    const refusal = step.allowed ? {} : { layer: IAM_LAYERS[step.layer], message: step.message }
    leg.decisions.push({ action, resource, caller, allowed, ...refusal })
    if (!step.allowed) leg.stopped = { layer: IAM_LAYERS[step.layer], why: step.message }
  }

  serve({ call, operation, status, milliseconds, errorCode, account }: Of<'served'>, places: Places): void {
    const leg = this.#legs.findLast((one) => one.call === call)
    if (!leg) return
    const node = places.api(leg.label, account)
    leg.ok = status >= 200 && status < 400
    leg.milliseconds = milliseconds
    if (node !== undefined) leg.way = [...leg.way, node]
    const detail = errorCode ?? (status === 0 ? 'no answer' : leg.ok ? undefined : `status ${status}`)
    if (detail !== undefined) leg.detail = detail
    if (!leg.ok)
      leg.stopped = { layer: leg.stopped?.layer ?? `${leg.label}: ${operation}`, why: leg.stopped?.why ?? detail ?? '' }
    if (leg.stopped && node !== undefined) leg.stopped = { ...leg.stopped, node }
    leg.label = `${leg.label}: ${operation}`
  }

  /** A connection that cannot be made, or has been closed. */
  lose({ host, outcome, at, from }: Of<'connected'>, places: Places, guessed: boolean): void {
    if (outcome.reachable) return
    const way = places.way(outcome.hops, from.kind === 'task' ? from.serviceName : undefined)
    const stopped = lostBy(outcome, way)
    this.#add({
      kind: 'connection',
      label: `Connection to ${host}`,
      at: at - this.began,
      ok: false,
      detail: outcome.reason,
      way,
      hops: outcome.hops,
      stopped,
      ...(guessed && { guessed: true }),
    })
    // A client waits for lost packets; the page shows in the meantime what stopped them.
    if (this.outcome === 'under way') this.#stopped = stopped
  }

  tell(line: GatewayLine): void {
    this.#line = { ...this.#line, ...line }
    if (this.#answer) this.#conclude()
  }

  answer(step: Of<'answered'>): void {
    this.#answer = step
    this.#conclude()
  }

  view(): RequestView {
    return { ...this.#whole(), legs: this.#legs.map(viewOf) }
  }

  detail(): RequestDetail {
    return {
      ...this.#whole(),
      legs: this.#legs.map((leg): LegDetail => ({ ...viewOf(leg), hops: leg.hops, decisions: leg.decisions })),
    }
  }

  #add(leg: Omit<OpenLeg, 'decisions'>): void {
    if (this.#legs.length < MOST_LEGS) this.#legs.push({ decisions: [], ...leg })
  }

  #conclude(): void {
    const { status = 0, errorReason } = this.#answer ?? {}
    this.#stopped = undefined
    if (status > 0 && status < 400) {
      this.outcome = 'answered'
      return
    }
    const line = this.#line
    const door = this.#legs.find(({ kind, stopped }) => (kind === 'token' || kind === 'firewall') && stopped)?.stopped
    const last = this.#legs.findLast(({ stopped, guessed }) => stopped && !guessed)?.stopped
    const check = line?.decision === 'refused' ? line.check : undefined
    const named = check === 'account' || check === 'platform' || check === undefined ? last : undefined
    const said = check === undefined ? undefined : saidBy(line, check, this.#gateway)
    this.#stopped = door ?? named ?? said ?? { layer: 'Answer', why: errorReason ?? line?.cause ?? `status ${status}` }
    const refused = door !== undefined || check !== undefined || (status >= 400 && status < 500)
    this.outcome = refused ? 'refused' : 'failed'
  }

  #whole(): Omit<RequestView, 'legs'> {
    const { method, target } = this.#arrival
    const line = this.#line
    return {
      id: this.id,
      began: this.began,
      method,
      path: target,
      outcome: this.outcome,
      ...(this.#answer && { status: this.#answer.status, milliseconds: this.#answer.milliseconds }),
      ...(this.#stopped && { stopped: this.#stopped }),
      ...(this.tenant !== undefined && { tenant: this.tenant }),
      ...(line &&
        pick(line, [
          'user',
          'machine',
          'operation',
          'model',
          'inputTokens',
          'outputTokens',
          'nanoDollars',
          'firstMilliseconds',
        ])),
    }
  }
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Pick<
    T,
    K
  >
}

function saidBy({ outcome, cause }: Partial<GatewayLine> = {}, check: string, node: string | undefined): Stopped {
  const layer = Object.hasOwn(CHECKS, check) ? CHECKS[check as keyof typeof CHECKS] : `Gateway: ${check}`
  return { layer, why: [outcome, cause].filter(Boolean).join(': '), ...(node !== undefined && { node }) }
}

function lostBy(
  { layer, reason }: { layer: keyof typeof NETWORK_LAYERS; reason: string },
  way: readonly string[],
): Stopped {
  const node = way.at(-1)
  return { layer: NETWORK_LAYERS[layer], why: reason, ...(node !== undefined && { node }) }
}

function viewOf({ kind, label, at, milliseconds, ok, detail, way, guessed }: OpenLeg): Leg {
  return {
    kind,
    label,
    at,
    ...(milliseconds !== undefined && { milliseconds }),
    ...(ok !== undefined && { ok }),
    ...(detail !== undefined && { detail }),
    way,
    ...(guessed && { guessed }),
  }
}
