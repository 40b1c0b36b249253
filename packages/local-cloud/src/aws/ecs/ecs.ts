/** Elastic Container Service on Fargate: the tasks of the declared services, as processes of this machine. */
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Change, Declared, Ledger } from '../../ledger/ledger.ts'
import type { Origin, Reach, Refusal, TaskOrigin } from '../../network/path.ts'
import { canonical } from '../../resource/declare.ts'
import { flag } from '../../resource/values.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { NetworkInterface } from '../ec2/network-interfaces.ts'
import type { LambdaFaults } from '../lambda/lambda-faults.ts'
import { FunctionLogs, type LogLine } from '../lambda/logs.ts'
import type { Targets } from '../load-balancer/targets.ts'
import type { Printed } from '../logs/function-lines.ts'
import { SERVICE } from './calls.ts'
import { readService } from './configuration.ts'
import { CredentialsEndpoint } from './credentials-endpoint.ts'
import { type RunnerEvent, ServiceRunner } from './service-runner.ts'
import type { Task, TaskState } from './task.ts'

export interface EcsOptions {
  readonly surroundings: Surroundings
  readonly ledger: Ledger
  readonly credentials: Pick<CredentialStore, 'issue'>
  readonly reach: Reach
  readonly wire: { open(from: Origin): Promise<{ readonly port: number; close(): Promise<void> }> }
  readonly targets: Targets
  readonly directory: string
  readonly caFile: string
  readonly faults?: Pick<LambdaFaults, 'serving'>
  readonly printed?: (line: Printed) => void
  readonly logLines?: number
  readonly observe?: (event: EcsEvent) => void
}

/** Events for an observer. They contain no secrets, unless a program prints one. */
export type EcsEvent = { readonly serviceName: string } & (
  | RunnerEvent
  | { readonly kind: 'taskStarted'; readonly taskArn: string; readonly pid: number }
  | { readonly kind: 'log'; readonly taskArn: string; readonly line: string }
)

export interface RunningTask {
  readonly arn: string
  readonly state: TaskState
  readonly healthy: boolean
  readonly pid?: number
  /** The task's place in the network, from which it calls. */
  readonly origin: TaskOrigin
}

export interface Ecs {
  tasks(serviceArn: string): readonly RunningTask[]
  /** The heap of each process of a service after a garbage collection, in bytes, by process id. */
  heaps(serviceArn: string): Promise<ReadonlyMap<number, number>>
  /** The last lines that the service's tasks have printed. */
  logs(serviceName: string): readonly LogLine[]
  /**
   * Connects from any place to a port of a task.
   * @returns the port on this machine, or the reason why the network refuses
   */
  connect(from: Origin, address: string, port: number): { readonly localPort: number } | Refusal
  /** Kills a service's processes, like a crash. */
  kill(serviceName: string): void
}

export interface EcsRuntime extends Ecs {
  readonly effect: (change: Change) => void
  /**
   * Waits as the AWS provider does after a change: until a service is steady, if its declaration asks for that; until a deleted service has no
   * task left.
   * @throws Error if the deployment is given up
   */
  readonly settled: (change: Pick<Change, 'kind' | 'resource'>) => Promise<void>
  portOf(interfaceId: string, port: number): number | undefined
  serving(interfaceId: string): () => void
  close(): Promise<void>
}

export function createEcs(options: EcsOptions): EcsRuntime {
  const { surroundings, ledger, observe } = options
  const endpoint = new CredentialsEndpoint(options.credentials, surroundings.now)
  const logs = new FunctionLogs(options.directory, options.logLines)
  const runners = new Map<string, ServiceRunner>()
  /** Deleted services whose tasks still answer requests. */
  const ending = new Map<string, Promise<void>>()
  const endingRunners = new Set<ServiceRunner>()

  function start(service: Declared): void {
    const configuration = readService(ledger, service)
    const { serviceArn, serviceName } = configuration.revision
    const runner = new ServiceRunner(configuration, {
      ...options,
      endpoint,
      openWire: (from) => options.wire.open(from),
      placed: (interfaces) => place(serviceArn, interfaces),
      tell: (event) => observe?.({ serviceName, ...event }),
      started: ({ arn: taskArn }, pid) => observe?.({ serviceName, kind: 'taskStarted', taskArn, pid }),
      logLine: ({ arn: taskArn }, line) => {
        logs.add({ functionName: serviceName, stream: taskArn.slice(taskArn.lastIndexOf('/') + 1), line })
        observe?.({ serviceName, kind: 'log', taskArn, line })
      },
    })
    runners.set(serviceArn, runner)
  }

  /** Writes the tasks' interfaces into the ledger, where the network looks them up. */
  function place(serviceArn: string, interfaces: readonly NetworkInterface[]): void {
    const service = ledger.find(SERVICE, serviceArn)
    if (!service || canonical(service.outputs.elasticNetworkInterfaces) === canonical(interfaces)) return
    const outputs = { ...service.outputs, elasticNetworkInterfaces: [...interfaces] }
    void ledger.put({ ...service, outputs })
  }

  function effect({ kind, resource }: Change): void {
    if (resource.type !== SERVICE) return
    const { id } = resource
    const runner = runners.get(id)
    if (kind === 'deleted') {
      if (!runner) return
      runners.delete(id)
      endingRunners.add(runner)
      ending.set(
        id,
        runner.end().finally(() => endingRunners.delete(runner)),
      )
      return
    }
    if (!runner) {
      start(resource)
      return
    }
    runner.update(readService(ledger, resource))
    place(
      id,
      runner.tasks.map((task) => task.place),
    )
  }

  const all = (): readonly Task[] => [...runners.values(), ...endingRunners].flatMap((runner) => runner.tasks)
  const taskAt = (interfaceId: string) => all().find(({ place: { id } }) => id === interfaceId)
  const portOf = (interfaceId: string, port: number) => taskAt(interfaceId)?.localPort(port)
  const killAll = () => {
    for (const runner of [...runners.values(), ...endingRunners]) runner.kill()
  }
  process.once('exit', killAll)
  // The ledger is older than this process.
  for (const service of ledger.all(SERVICE)) start(service)

  return {
    effect,
    async settled({ kind, resource }) {
      if (resource.type !== SERVICE) return
      if (kind === 'deleted') await ending.get(resource.id)
      else if (flag(resource.outputs, 'waitForSteadyState')) await runners.get(resource.id)?.steady()
    },
    portOf,
    serving(interfaceId) {
      const task = taskAt(interfaceId)
      if (!task || !options.faults) return () => {}
      const { serviceName: functionName, account } = task.revision
      return options.faults.serving({ functionName, account }, task.pid)
    },
    tasks: (serviceArn) =>
      (runners.get(serviceArn)?.tasks ?? []).map((task) => ({
        arn: task.arn,
        state: task.state,
        healthy: task.isHealthy,
        ...(task.pid !== undefined && { pid: task.pid }),
        origin: task.origin,
      })),
    async heaps(serviceArn) {
      const measured = (runners.get(serviceArn)?.tasks ?? []).map(async (task) => [task.pid, await task.heapBytes()])
      const found = await Promise.all(measured)
      return new Map(found.flatMap(([pid, bytes]) => (pid === undefined || bytes === undefined ? [] : [[pid, bytes]])))
    },
    logs: (serviceName) => logs.of(serviceName),
    connect(from, address, port) {
      const path = options.reach(ledger, from, address, port)
      if (!path.reachable) return path
      const localPort = path.target.kind === 'task' ? portOf(path.target.interfaceId, port) : undefined
      if (localPort !== undefined) return { localPort }
      const reason = `Nothing listens on port ${port} of ${address}`
      return { reachable: false, shows: 'notFound', layer: 'endpoint', reason, hops: path.hops }
    },
    kill(serviceName) {
      for (const task of all()) if (task.revision.serviceName === serviceName) task.kill()
    },
    async close() {
      const last = all()
      killAll()
      process.off('exit', killAll)
      await Promise.all(last.map((task) => task.gone))
      await endpoint.close()
      await logs.close()
    },
  }
}
