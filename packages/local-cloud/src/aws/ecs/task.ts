/** One task: its address, its roles, the process that runs its container's program, and its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Session } from '../../iam/authorize.ts'
import type { Reach, TaskOrigin } from '../../network/path.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { NetworkInterface } from '../ec2/network-interfaces.ts'
import { unpack } from '../lambda/code.ts'
import { readLines } from '../lambda/read-lines.ts'
import type { Target, Targets } from '../load-balancer/targets.ts'
import type { Printed } from '../logs/function-lines.ts'
import type { Revision } from './configuration.ts'
import type { CredentialsEndpoint } from './credentials-endpoint.ts'
import { openLog, pullImage, reasonOf, roleSession, type StartUp, wayTo } from './start-up.ts'

export interface TaskOptions {
  readonly surroundings: Surroundings
  readonly reach: Reach
  readonly endpoint: CredentialsEndpoint
  readonly openWire: (from: TaskOrigin) => Promise<{ readonly port: number; close(): Promise<void> }>
  readonly targets: Targets
  /** The directory in which images are unpacked. */
  readonly directory: string
  readonly caFile: string
  readonly printed?: (line: Printed) => void
  readonly logLine: (task: Task, line: string) => void
  /** Called when the task's state changes: it runs, a target group has judged its health, it has stopped. */
  readonly changed: (task: Task) => void
  readonly started: (task: Task, pid: number) => void
}

export type TaskState = 'pending' | 'running' | 'draining' | 'stopping' | 'stopped'

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A container's memory is the memory of its process. Node may use about this share of it for its heap. */
const OLD_SPACE_SHARE = 0.75

export class Task {
  readonly arn: string
  readonly revision: Revision
  readonly place: NetworkInterface
  /** Resolves when the task's process has ended. */
  readonly gone: Promise<void>
  state: TaskState = 'pending'
  /** The reason in ECS's words, after the task has stopped. */
  stoppedReason = ''
  /** The task was healthy once. If it fails later, that is no failure of its deployment. */
  wasHealthy = false
  readonly startedAt = Date.now()
  readonly #options: TaskOptions
  readonly #id: string
  readonly #ports = new Map<number, number>()
  readonly #targets: { readonly groupArn: string; readonly target: Target }[] = []
  readonly #measured: ((heapBytes: number) => void)[] = []
  readonly #end = Promise.withResolvers<void>()
  readonly #exited = Promise.withResolvers<void>()
  readonly #begun: Promise<void>
  #child: ChildProcess | undefined
  readonly #release: (() => Promise<void>)[] = []

  constructor(revision: Revision, id: string, place: NetworkInterface, options: TaskOptions) {
    const { region, account, clusterName } = revision
    this.arn = `arn:aws:ecs:${region}:${account}:task/${clusterName}/${id}`
    this.revision = revision
    this.place = place
    this.gone = this.#end.promise
    this.#id = id
    this.#options = options
    // Whoever makes it knows it by then.
    this.#begun = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#start())
  }

  get pid(): number | undefined {
    return this.state === 'stopped' ? undefined : this.#child?.pid
  }

  get origin(): TaskOrigin {
    const { account, serviceName } = this.revision
    const { subnetId, privateIp, securityGroupIds } = this.place
    return { kind: 'task', taskArn: this.arn, serviceName, account, subnetId, privateIp, securityGroupIds }
  }

  /** The task runs, and every target group of its service finds it healthy. */
  get isHealthy(): boolean {
    return this.state === 'running' && this.#targets.every(({ target }) => target.state === 'healthy')
  }

  get isUnhealthy(): boolean {
    return this.state === 'running' && this.#targets.some(({ target }) => target.state === 'unhealthy')
  }

  /** The port on this machine at which the task's port listens; undefined until it does. */
  localPort(port: number): number | undefined {
    return this.#ports.get(port)
  }

  /** @returns bytes of its heap after a garbage collection; undefined if the process has ended */
  async heapBytes(): Promise<number | undefined> {
    const measured = new Promise<number>((resolve) => this.#measured.push(resolve))
    if (!this.#child?.connected) return undefined
    this.#child.send('measure', () => {})
    return await Promise.race([measured, this.gone.then(() => undefined)])
  }

  /**
   * Stops the task: new requests go elsewhere. When its requests are answered, or the delay is over, the process is told to stop; if it does
   * not, it is killed.
   */
  async stop(reason: string): Promise<void> {
    if (this.state === 'draining' || this.state === 'stopping' || this.state === 'stopped') return
    this.stoppedReason = reason
    this.state = 'draining'
    this.#options.changed(this)
    await Promise.all(this.#targets.map(({ groupArn, target }) => this.#options.targets.deregister(groupArn, target)))
    if ((this.state as TaskState) === 'stopped') return
    this.state = 'stopping'
    if (!this.#child) return this.#finish()
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), this.revision.container.stopTimeoutSeconds * 1000)
    await this.#exited.promise
    clearTimeout(late)
  }

  /**
   * @param reason the reason that the service sees.
   * @default none: for the service, the task died by itself
   */
  kill(reason = ''): void {
    this.stoppedReason ||= reason
    if (this.#child) this.#child.kill('SIGKILL')
    else this.#finish()
  }

  async #start(): Promise<void> {
    const { surroundings, reach, endpoint, openWire, directory, started } = this.#options
    const { revision } = this
    try {
      const start: StartUp = { surroundings, reach, from: this.origin, revision }
      const execution = roleSession(start, revision.executionRoleArn)
      const { taskRoleArn, container } = revision
      const credentials = taskRoleArn === undefined ? undefined : endpoint.give(roleSession(start, taskRoleArn))
      if (credentials !== undefined) this.#release.push(async () => endpoint.take(credentials))
      const image = await pullImage(start, execution)
      const stream = `${container.log?.streamPrefix}/${container.name}/${this.#id}`
      await openLog(start, execution, stream)
      const wire = await openWire(this.origin)
      this.#release.push(() => wire.close())
      const root = await unpack(directory, image.repositoryName, {
        archive: 'entries',
        entries: {
          'server.cjs': {
            asset: 'file',
            path: image.file,
            sha256: createHash('sha256')
              .update(await readFile(image.file))
              .digest('hex'),
          },
        },
        sha256: image.digest.slice('sha256:'.length),
      })
      if ((this.state as TaskState) === 'pending')
        this.#run(root, wire.port, await endpoint.port(), credentials, this.#logger(start, execution, stream))
      if (this.#child?.pid !== undefined) started(this, this.#child.pid)
    } catch (error) {
      this.stoppedReason ||= reasonOf(error)
      this.#finish()
      return
    }
    if ((this.state as TaskState) !== 'pending') {
      if (!this.#child) this.#finish()
      return
    }
    this.state = 'running'
    for (const { arn, port } of revision.targetGroups) {
      const changed = () => this.#options.changed(this)
      this.#targets.push({
        groupArn: arn,
        target: this.#options.targets.register(arn, this.place.privateIp, port, changed),
      })
    }
    this.#options.changed(this)
  }

  #run(
    root: string,
    wirePort: number,
    credentialsPort: number,
    credentials: string | undefined,
    logLine: (line: string) => void,
  ) {
    const { container, memoryMegabytes } = this.revision
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${Math.floor(memoryMegabytes * OLD_SPACE_SHARE)}`,
        ...['--require', file('../lambda/child/preload.mjs'), '--require', file('child/container.mjs')],
        path.join(root, 'server.cjs'),
      ],
      {
        cwd: root,
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          HOSTNAME: `ip-${this.place.privateIp.replaceAll('.', '-')}.ec2.internal`,
          ...container.environment,
          AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
          ...(credentials !== undefined && { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentials }),
          // These variables are for the preload, which removes them before the container's own code runs.
          LOCAL_TASK_ROOT: root,
          LOCAL_WIRE_PORT: String(wirePort),
          LOCAL_CREDENTIALS_PORT: String(credentialsPort),
          NODE_EXTRA_CA_CERTS: this.#options.caFile,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, logLine)
    child.on('message', (message) => this.#receive(message as Message))
    child.once('exit', (code, signal) => {
      this.stoppedReason ||= `Essential container in task exited (${signal ?? `exit code ${code}`})`
      this.#finish()
    })
    child.once('error', (error) => {
      this.stoppedReason ||= `CannotStartContainerError: ${error.message}`
      this.#finish()
    })
  }

  #receive(message: Message): void {
    if (message.kind === 'measured') for (const resolve of this.#measured.splice(0)) resolve(message.heapBytes)
    else if (this.revision.container.ports.includes(message.port)) this.#ports.set(message.port, message.localPort)
  }

  /** Writes every line with the task execution role, through the network as it is at that moment. */
  #logger(start: StartUp, session: Session, stream: string): (line: string) => void {
    const { surroundings, printed, logLine } = this.#options
    const { container, account, region } = this.revision
    const { log } = container
    let looked: { readonly version: number; readonly way: ReturnType<typeof wayTo> } | undefined
    const way = () => {
      const { version } = surroundings.ledger
      if (looked?.version !== version) looked = { version, way: wayTo(start, `logs.${log?.region}.amazonaws.com`) }
      return typeof looked.way === 'string' ? undefined : looked.way
    }
    return (line) => {
      if (log)
        printed?.({ function: { arn: this.arn, account, region, logGroup: log.group }, session, stream, line, way })
      logLine(this, line)
    }
  }

  #finish(): void {
    if (this.state === 'stopped') return
    for (const { groupArn, target } of this.#targets) this.#options.targets.drop(groupArn, target)
    this.state = 'stopped'
    this.#exited.resolve()
    void this.#begun.then(() => Promise.all(this.#release.map((release) => release()))).then(() => this.#end.resolve())
    this.#options.changed(this)
  }
}

export const newTaskId = () => randomUUID().replaceAll('-', '')

type Message =
  | { readonly kind: 'measured'; readonly heapBytes: number }
  | { readonly kind: 'listening'; readonly port: number; readonly localPort: number }
