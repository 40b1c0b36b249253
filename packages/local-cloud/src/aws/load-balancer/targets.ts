/** The addresses in target groups: which are registered, their health, which one gets the next request, and which are draining. */
import { Agent, get } from 'node:http'
import type { LedgerView } from '../../ledger/ledger.ts'
import type { Path, Reach, Refusal } from '../../network/path.ts'
import { text } from '../../resource/values.ts'
import { type AddressGroup, readTargetGroup } from './declared/target-group.ts'
import { listenersForwardingTo } from './listener-actions.ts'

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'draining'

export interface TargetsOptions {
  readonly ledger: LedgerView
  readonly reach: Reach
  /** The local port of a program that listens on a port of a task's interface. */
  readonly portOf: (interfaceId: string, port: number) => number | undefined
  /**
   * Called when a request has reached a task.
   * @returns a function to call when the request was answered
   */
  readonly serving?: (interfaceId: string) => () => void
}

/** The result of connecting to a target. */
export type Way =
  | { readonly kind: 'open'; readonly port: number; readonly interfaceId: string }
  /** No program listens there. */
  | { readonly kind: 'refused' }
  /** The packets are lost. */
  | { readonly kind: 'lost'; readonly reason: string }

/** AWS checks a new target at the interval of its group, and uses it after the first good answer. Here nobody should have to wait for it. */
const INITIAL_CHECK_MS = 100

export class Target {
  readonly address: string
  readonly port: number
  /** Connections to the target, which are used again. */
  readonly agent = new Agent({ keepAlive: true })
  state: TargetState = 'initial'
  #inFlight = 0
  #idle: (() => void)[] = []

  constructor(address: string, port: number) {
    this.address = address
    this.port = port
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** @returns a function to call when the request has ended */
  begin(): () => void {
    this.#inFlight += 1
    return () => {
      this.#inFlight -= 1
      if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** Resolves when no request is running, or after this time. */
  async idle(seconds: number): Promise<void> {
    if (this.#inFlight === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve)
      timer = setTimeout(resolve, seconds * 1000)
    })
    clearTimeout(timer)
  }
}

interface Registered {
  readonly target: Target
  timer?: NodeJS.Timeout
  readonly since: number
  streak: number
  readonly changed?: () => void
}

export class Targets {
  readonly #options: TargetsOptions
  readonly #groups = new Map<string, Map<string, Registered>>()
  readonly #turns = new Map<string, number>()

  constructor(options: TargetsOptions) {
    this.#options = options
  }

  /** @param changed called when the target's state changes */
  register(groupArn: string, address: string, port: number, changed?: () => void): Target {
    const group = this.#groups.get(groupArn) ?? new Map<string, Registered>()
    this.#groups.set(groupArn, group)
    const target = new Target(address, port)
    const registered: Registered = { target, since: Date.now(), streak: 0, ...(changed && { changed }) }
    group.set(`${address}:${port}`, registered)
    this.#check(groupArn, registered, 0)
    return target
  }

  /** New requests go elsewhere at once. Resolves when the running requests were answered, or after the group's delay. */
  async deregister(groupArn: string, target: Target): Promise<void> {
    const key = `${target.address}:${target.port}`
    const registered = this.#groups.get(groupArn)?.get(key)
    if (registered?.target !== target) return
    clearTimeout(registered.timer)
    target.state = 'draining'
    await target.idle(this.#read(groupArn)?.deregistrationDelaySeconds ?? 0)
    // A new task may have the same address meanwhile.
    if (this.#groups.get(groupArn)?.get(key) === registered) this.#groups.get(groupArn)?.delete(key)
    if (target.inFlight === 0) target.agent.destroy()
  }

  /** Removes a target at once, because its task is dead. */
  drop(groupArn: string, target: Target): void {
    const key = `${target.address}:${target.port}`
    const registered = this.#groups.get(groupArn)?.get(key)
    clearTimeout(registered?.timer)
    target.state = 'draining'
    if (registered?.target === target) this.#groups.get(groupArn)?.delete(key)
    target.agent.destroy()
  }

  /** The next target: by turn or by running requests, among the healthy ones. If none is healthy, any target is used, because AWS fails open. */
  next(group: AddressGroup): Target | undefined {
    this.#follow(group)
    const all = [...(this.#groups.get(group.arn)?.values() ?? [])].map(({ target }) => target)
    const healthy = all.filter(({ state }) => state === 'healthy')
    const open = healthy.length > 0 ? healthy : all.filter(({ state }) => state === 'unhealthy')
    const least = Math.min(...open.map(({ inFlight }) => inFlight))
    const eligible = group.leastOutstanding ? open.filter(({ inFlight }) => inFlight === least) : open
    const turn = this.#turns.get(group.arn) ?? 0
    this.#turns.set(group.arn, turn + 1)
    return eligible[turn % eligible.length]
  }

  /** The registered targets, for people to look at. */
  of(groupArn: string): readonly { readonly address: string; readonly port: number; readonly state: TargetState }[] {
    return [...(this.#groups.get(groupArn)?.values() ?? [])].map(({ target: { address, port, state } }) => ({
      address,
      port,
      state,
    }))
  }

  /** The way from a load balancer to an address. */
  way(balancerArn: string, target: Pick<Target, 'address' | 'port'>): Way {
    const { port } = target
    const { portOf } = this.#options
    const found = this.path(balancerArn, target)
    if (!found.reachable) return { kind: 'lost', reason: found.reason }
    if (found.target.kind !== 'task') return { kind: 'refused' }
    const { interfaceId } = found.target
    const local = portOf(interfaceId, port)
    return local === undefined ? { kind: 'refused' } : { kind: 'open', port: local, interfaceId }
  }

  /** The network path, or the reason why there is none. */
  path(balancerArn: string, { address, port }: Pick<Target, 'address' | 'port'>): Path | Refusal {
    const { ledger, reach } = this.#options
    return reach(ledger, { kind: 'loadBalancer', arn: balancerArn }, address, port)
  }

  /** @returns a function to call when the request was answered */
  serving(interfaceId: string): () => void {
    return this.#options.serving?.(interfaceId) ?? (() => {})
  }

  close(): void {
    for (const [arn, group] of this.#groups) for (const { target } of group.values()) this.drop(arn, target)
  }

  #read(groupArn: string): AddressGroup | undefined {
    try {
      const group = readTargetGroup(this.#options.ledger, groupArn)
      return group.kind === 'addresses' ? group : undefined
    } catch {
      return undefined
    }
  }

  /** A target that is declared by itself is registered when it is first used, and removed when it is no longer declared. */
  #follow({ arn, attached }: AddressGroup): void {
    for (const { address, port } of attached)
      if (!this.#groups.get(arn)?.has(`${address}:${port}`)) this.#declared.add(this.register(arn, address, port))
    for (const { target } of this.#groups.get(arn)?.values() ?? [])
      if (
        this.#declared.has(target) &&
        !attached.some((one) => one.address === target.address && one.port === target.port)
      )
        this.drop(arn, target)
  }

  readonly #declared = new WeakSet<Target>()

  #check(groupArn: string, registered: Registered, afterMs: number): void {
    registered.timer = setTimeout(async () => {
      const { target } = registered
      const group = this.#read(groupArn)
      if (!group || target.state === 'draining') return
      const good = await this.#isHealthy(group, target)
      if ((target.state as TargetState) === 'draining') return
      this.#judge(group, registered, good)
      const next = target.state === 'initial' ? INITIAL_CHECK_MS : group.healthCheck.intervalSeconds * 1000
      this.#check(groupArn, registered, next)
    }, afterMs)
    registered.timer.unref()
  }

  #judge({ healthCheck }: AddressGroup, registered: Registered, good: boolean): void {
    const { target } = registered
    const { intervalSeconds, healthyThreshold, unhealthyThreshold } = healthCheck
    const wanted = good ? 'healthy' : 'unhealthy'
    registered.streak = target.state === wanted ? 0 : registered.streak + 1
    const before = target.state
    if (before === 'initial') {
      // One good answer is enough. Bad answers must come as often as they would have come on AWS by now.
      if (good || Date.now() - registered.since > unhealthyThreshold * intervalSeconds * 1000) target.state = wanted
    } else if (registered.streak >= (good ? healthyThreshold : unhealthyThreshold)) target.state = wanted
    if (target.state === before) return
    registered.streak = 0
    registered.changed?.()
  }

  async #isHealthy({ arn, healthCheck }: AddressGroup, target: Target): Promise<boolean> {
    const balancers = new Set(
      listenersForwardingTo(this.#options.ledger, arn).flatMap(({ outputs }) => text(outputs, 'loadBalancerArn') ?? []),
    )
    if (balancers.size === 0) return false
    for (const balancer of balancers) {
      const way = this.way(balancer, target)
      if (way.kind !== 'open' || !(await answers(way.port, target, healthCheck))) return false
    }
    return true
  }
}

function answers(
  port: number,
  target: Target,
  { path, timeoutSeconds, matches }: AddressGroup['healthCheck'],
): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { host: `${target.address}:${target.port}`, 'user-agent': 'ELB-HealthChecker/2.0' }
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false, timeout: timeoutSeconds * 1000 })
    request.once('response', (response) => {
      response.resume()
      resolve(matches(response.statusCode ?? 0))
    })
    request.once('timeout', () => request.destroy(new Error('no answer to a health check')))
    request.once('error', () => resolve(false))
  })
}
