/**
 * Runs one service. It keeps the desired number of tasks, and replaces them without a gap when the revision changes: new tasks start first, and
 * old ones stop when enough new ones are healthy. If the new tasks keep failing, the service returns to the last good revision.
 */
import { randomInt } from 'node:crypto'
import type { LedgerView } from '../../ledger/ledger.ts'
import { freeAddress, type NetworkInterface } from '../ec2/network-interfaces.ts'
import type { Revision, ServiceConfiguration } from './configuration.ts'
import { reasonOf } from './start-up.ts'
import { newTaskId, Task, type TaskOptions } from './task.ts'

export interface RunnerOptions extends Omit<TaskOptions, 'changed'> {
  readonly ledger: LedgerView
  /** Called when the network interfaces of its tasks have changed. */
  readonly placed: (interfaces: readonly NetworkInterface[]) => void
  readonly tell: (event: RunnerEvent) => void
}

export type RunnerEvent =
  | {
      readonly kind: 'taskStopped'
      readonly taskArn: string
      readonly reason: string
      /** The task ended or became unhealthy without being told to stop. */
      readonly unexpected: boolean
    }
  | { readonly kind: 'taskHealthy'; readonly taskArn: string }
  | { readonly kind: 'deploymentFailed'; readonly reason: string }
  | { readonly kind: 'steady' }

interface Deployment {
  readonly revision: Revision
  failed: number
  state: 'inProgress' | 'completed' | 'failed'
  reason: string
  /** No further task is started before this time, because the last ones failed. */
  restAt: number
}

/** After this many failed tasks ECS gives a deployment up. */
const BREAKER_LEAST = 3
const BREAKER_MOST = 200

/** The pause after a task that failed at once. */
const FIRST_REST_MS = 100
const LONGEST_REST_MS = 5_000

export class ServiceRunner {
  readonly #options: RunnerOptions
  readonly #tasks = new Map<Task, Deployment>()
  readonly #waiting: { readonly deployment: Deployment; resolve(): void; reject(error: Error): void }[] = []
  /** The last one is the primary deployment. */
  #deployments: Deployment[] = []
  #configuration: ServiceConfiguration
  #lastGood: Revision | undefined
  #timer: NodeJS.Timeout | undefined
  #ended = false
  #wasSteady = false

  constructor(configuration: ServiceConfiguration, options: RunnerOptions) {
    this.#options = options
    this.#configuration = configuration
    this.#deploy(configuration.revision)
  }

  get tasks(): readonly Task[] {
    return [...this.#tasks.keys()]
  }

  update(configuration: ServiceConfiguration): void {
    const known = this.#configuration.revision.version
    this.#configuration = configuration
    // A revision that was rolled back is not tried again because something else changes.
    if (configuration.revision.version !== known) this.#deploy(configuration.revision)
    else this.#reconcile()
  }

  /** @throws Error if the deployment is given up first */
  steady(): Promise<void> {
    const deployment = this.#deployments.at(-1)
    if (!deployment) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ deployment, resolve, reject })
      this.#reconcile()
    })
  }

  /** Stops all tasks, after they have answered their requests. */
  async end(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    for (const task of this.tasks) void task.stop('Service scaled in')
    await Promise.all(this.tasks.map((task) => task.gone))
  }

  kill(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    for (const task of this.tasks) task.kill('Service ended with the cloud')
  }

  #deploy(revision: Revision): void {
    const there = this.#deployments.find((one) => one.revision.version === revision.version && one.state !== 'failed')
    this.#deployments = this.#deployments.filter((one) => one !== there)
    this.#deployments.push(there ?? { revision, failed: 0, state: 'inProgress', reason: '', restAt: 0 })
    this.#reconcile()
  }

  /** Does what ECS's scheduler does after every change. */
  #reconcile(): void {
    if (this.#ended) return
    const primary = this.#deployments.at(-1)
    if (!primary) return
    const { desiredCount, maximumPercent, minimumHealthyPercent, graceSeconds } = this.#configuration
    const active = this.tasks.filter(({ state }) => state === 'pending' || state === 'running')
    for (const task of active)
      if (task.isUnhealthy && Date.now() - task.startedAt > graceSeconds * 1000)
        void task.stop('Task failed ELB health checks')
    const running = active.filter(({ state }) => state === 'pending' || state === 'running')
    const ofPrimary = running.filter((task) => this.#tasks.get(task) === primary)
    this.#startMissing(
      primary,
      desiredCount - ofPrimary.length,
      Math.floor((desiredCount * maximumPercent) / 100) - running.length,
    )
    const surplus = ofPrimary.slice(desiredCount)
    const old = running.filter((task) => this.#tasks.get(task) !== primary)
    let healthy = running.filter((task) => task.isHealthy).length
    const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100)
    for (const task of [...old, ...surplus]) {
      // Stopping a task that does not serve loses nothing.
      if (task.isHealthy && healthy - 1 < least) continue
      if (!task.isHealthy && old.includes(task) && task.state === 'pending' && healthy < least) continue
      if (task.isHealthy) healthy -= 1
      void task.stop('Scaling activity initiated by deployment')
    }
    this.#settle(primary)
  }

  #startMissing(deployment: Deployment, missing: number, room: number): void {
    if (deployment.state === 'failed' || missing <= 0 || room <= 0) return
    const rest = deployment.restAt - Date.now()
    if (rest > 0) {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#reconcile(), rest)
      this.#timer.unref()
      return
    }
    let left = Math.min(missing, room)
    while (left > 0 && this.#start(deployment)) left -= 1
    if (left > 0) this.#failed(deployment)
  }

  #start(deployment: Deployment): boolean {
    const { ledger, tell } = this.#options
    const { revision } = deployment
    const id = newTaskId()
    const used = (subnetId: string) => this.tasks.filter(({ place }) => place.subnetId === subnetId).length
    const [subnetId = ''] = [...revision.subnetIds].sort((a, b) => used(a) - used(b))
    let place: NetworkInterface
    try {
      const privateIp = freeAddress(ledger, subnetId, randomInt(2 ** 31))
      place = { id: `eni-0${id.slice(0, 16)}`, subnetId, privateIp, securityGroupIds: revision.securityGroupIds }
    } catch (error) {
      tell({ kind: 'taskStopped', taskArn: id, reason: reasonOf(error), unexpected: true })
      deployment.reason = reasonOf(error)
      return false
    }
    this.#options.placed([...this.tasks.map((one) => one.place), place])
    const task = new Task(revision, id, place, { ...this.#options, changed: (one) => this.#changed(one) })
    this.#tasks.set(task, deployment)
    void task.gone.then(() => {
      this.#tasks.delete(task)
      this.#options.placed(this.tasks.map((one) => one.place))
      this.#reconcile()
    })
    return true
  }

  #changed(task: Task): void {
    const deployment = this.#tasks.get(task)
    if (!deployment) return
    if (task.isHealthy && !task.wasHealthy) {
      task.wasHealthy = true
      deployment.failed = 0
      this.#options.tell({ kind: 'taskHealthy', taskArn: task.arn })
    }
    if (task.state === 'stopped') {
      const unexpected = !/^(Scaling|Service) /.test(task.stoppedReason)
      this.#options.tell({ kind: 'taskStopped', taskArn: task.arn, reason: task.stoppedReason, unexpected })
      if (!task.wasHealthy && unexpected) {
        deployment.reason = task.stoppedReason
        this.#failed(deployment)
      }
    }
    // Not synchronously, because a task may be in the middle of a change.
    setImmediate(() => this.#reconcile())
  }

  #failed(deployment: Deployment): void {
    deployment.failed += 1
    deployment.restAt = Date.now() + Math.min(FIRST_REST_MS * 2 ** deployment.failed, LONGEST_REST_MS)
    const { circuitBreaker, rollback, desiredCount } = this.#configuration
    const threshold = Math.min(Math.max(Math.ceil(desiredCount / 2), BREAKER_LEAST), BREAKER_MOST)
    if (!circuitBreaker || deployment.state !== 'inProgress' || deployment.failed < threshold) {
      setImmediate(() => this.#reconcile())
      return
    }
    deployment.state = 'failed'
    const reason = `ECS deployment circuit breaker: tasks failed to start. (${deployment.reason})`
    this.#options.tell({ kind: 'deploymentFailed', reason })
    for (const one of this.#waiting.filter((waiting) => waiting.deployment === deployment))
      one.reject(new Error(reason))
    this.#forget(deployment)
    for (const task of this.tasks)
      if (this.#tasks.get(task) === deployment) void task.stop('Scaling activity initiated by deployment')
    if (rollback && this.#lastGood) this.#deploy(this.#lastGood)
  }

  #settle(primary: Deployment): void {
    const { desiredCount } = this.#configuration
    const good = this.tasks.filter((task) => this.#tasks.get(task) === primary && task.isHealthy).length
    const steady = good === desiredCount && this.#tasks.size === good
    if (steady) {
      primary.state = 'completed'
      this.#lastGood = primary.revision
      this.#deployments = [primary]
      for (const one of this.#waiting.filter(({ deployment }) => deployment === primary)) one.resolve()
      this.#forget(primary)
      if (!this.#wasSteady) this.#options.tell({ kind: 'steady' })
    }
    this.#wasSteady = steady
  }

  #forget(deployment: Deployment): void {
    const left = this.#waiting.filter((one) => one.deployment !== deployment)
    this.#waiting.splice(0, this.#waiting.length, ...left)
  }
}
