/** A function's processes: an idle one is used again; if there is none, another is started; outdated ones are ended. */
import { randomBytes } from 'node:crypto'
import type { Session } from '../../iam/authorize.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { Printed } from '../logs/function-lines.ts'
import { unpack } from './code.ts'
import { CREDENTIAL_SECONDS, ENVIRONMENT_SECONDS, IDLE_SECONDS, INIT_LIMIT_MS } from './constants.ts'
import { environmentVariables } from './environment-variables.ts'
import {
  type Ending,
  ExecutionEnvironment,
  type Invocation,
  type Outcome,
  taskTimedOut,
} from './execution-environment.ts'
import type { FunctionConfiguration } from './function-configuration.ts'
import type { LambdaFaults } from './lambda-faults.ts'
import { requireExecutionRole } from './permission.ts'

export interface PoolOptions {
  readonly surroundings: Surroundings
  readonly credentials: Pick<CredentialStore, 'issue'>
  readonly directory: string
  readonly caFile: string
  readonly faults?: LambdaFaults
  /** Opens the port through which this function calls AWS's services, once. */
  readonly wirePort: () => Promise<number>
  readonly started: (pid: number | undefined) => void
  readonly exited: (pid: number | undefined, ending: Ending) => void
  readonly printed?: (line: Printed) => void
  /** A line that the process prints, or that Lambda adds. */
  readonly logLine: (stream: string, line: string) => void
}

interface Member {
  readonly environment: ExecutionEnvironment
  readonly version: string
  readonly stream: string
  /** Seconds since 1970. */
  readonly startedAt: number
  idleSince: number
  busy: boolean
}

export interface Served {
  readonly outcome: Outcome
  readonly stream: string
  readonly coldStartMs?: number
  readonly durationMs: number
}

export class FunctionPool {
  readonly #options: PoolOptions
  readonly #members = new Set<Member>()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Process ids, for tests and for people who use the local cloud. */
  pids(): readonly number[] {
    return [...this.#members].flatMap(({ environment }) => environment.pid ?? [])
  }

  /** The heap of each process after a garbage collection, in bytes, with its process id. */
  async heaps(): Promise<readonly (readonly [pid: number, bytes: number])[]> {
    const measured = [...this.#members].map(
      async ({ environment }): Promise<readonly (readonly [number, number])[]> => {
        const bytes = await environment.heapBytes()
        return environment.pid === undefined || bytes === undefined ? [] : [[environment.pid, bytes]]
      },
    )
    return (await Promise.all(measured)).flat()
  }

  async invoke(configuration: FunctionConfiguration, invocation: Invocation): Promise<Served> {
    this.reap(configuration.version)
    const idle = [...this.#members].find(
      ({ busy, version, environment }) => !busy && version === configuration.version && environment.usable,
    )
    if (idle) {
      idle.busy = true
      return this.#serve(configuration, idle, invocation)
    }
    return await this.#serveFromStart(configuration, invocation)
  }

  async #serveFromStart(configuration: FunctionConfiguration, invocation: Invocation): Promise<Served> {
    const begun = performance.now()
    const started = await this.#start(configuration, INIT_LIMIT_MS)
    const coldStartMs = performance.now() - begun
    if (!('outcome' in started)) return { ...(await this.#serve(configuration, started, invocation)), coldStartMs }
    if (started.outcome.kind !== 'timedOut') return { ...started, durationMs: 0, coldStartMs }
    this.#options.logLine(
      started.stream,
      `INIT_REPORT Init Duration: ${coldStartMs.toFixed(2)} ms\tPhase: init\tStatus: timeout`,
    )
    return await this.#serveFromSecondStart(configuration, invocation)
  }

  /**
   * A module that is not loaded within the time of the init phase is loaded again as a part of the invocation, within the
   * function's own timeout (AWS: "Understanding the Lambda execution environment lifecycle").
   */
  async #serveFromSecondStart(configuration: FunctionConfiguration, invocation: Invocation): Promise<Served> {
    const limitMs = configuration.timeoutSeconds * 1000
    const begun = performance.now()
    const started = await this.#start(configuration, limitMs)
    const spentMs = performance.now() - begun
    if ('outcome' in started) {
      const timedOut = started.outcome.kind === 'timedOut'
      return { ...started, ...(timedOut && { outcome: taskTimedOut(invocation, limitMs) }), durationMs: spentMs }
    }
    const served = await this.#serve(configuration, started, invocation, limitMs - spentMs)
    return { ...served, durationMs: served.durationMs + spentMs }
  }

  /** Ends processes that have been idle for long, are old, or have another version than `current`. Those that serve end afterwards. */
  reap(current?: string): void {
    const now = this.#options.surroundings.now()
    for (const member of this.#members) {
      if (member.busy) continue
      if (member.version !== current) this.#end(member, 'outdated')
      else if (now - member.startedAt > ENVIRONMENT_SECONDS) this.#end(member, 'old')
      else if (now - member.idleSince > IDLE_SECONDS) this.#end(member, 'idle')
    }
  }

  /** Ends every process. Requests that they serve fail. */
  async stop(reason: string): Promise<void> {
    const members = [...this.#members]
    for (const member of members) this.#end(member, reason)
    await Promise.all(members.map(({ environment }) => environment.gone))
  }

  async #start(
    configuration: FunctionConfiguration,
    limitMs: number,
  ): Promise<Member | { readonly outcome: Outcome; readonly stream: string }> {
    const { surroundings, credentials, directory, caFile, wirePort, started, exited, printed, logLine } = this.#options
    requireExecutionRole(surroundings, configuration)
    const { arn, name, code, roleArn, logGroup } = configuration
    const now = surroundings.now()
    const stream = streamName(now)
    const taskRoot = await unpack(directory, name, code)
    const session = executionSession(configuration)
    const issued = credentials.issue(session, CREDENTIAL_SECONDS)
    const environment = new ExecutionEnvironment({
      configuration,
      variables: environmentVariables(configuration, { credentials: issued, logStream: stream, taskRoot }),
      taskRoot,
      wirePort: await wirePort(),
      caFile,
      logLine: (line) => {
        printed?.({ function: configuration, session, stream, line })
        logLine(stream, line)
      },
    })
    const { version } = configuration
    const member: Member = { environment, version, stream, startedAt: now, idleSince: now, busy: true }
    this.#members.add(member)
    started(environment.pid)
    void environment.gone.then((ending) => {
      this.#members.delete(member)
      exited(environment.pid, ending)
    })
    logLine(stream, `INIT_START Runtime Version: nodejs:24 ${arn}`)
    const initialized = environment.initialize(limitMs)
    if (!(await mayLog(surroundings, configuration, session)))
      logLine(stream, `LOCAL CLOUD: on AWS nothing of this log would be kept, as ${roleArn} may not write ${logGroup}.`)
    const outcome = await initialized
    if (outcome.kind !== 'ready') return { outcome, stream }
    return member
  }

  async #serve(
    { name: functionName, account, timeoutSeconds }: FunctionConfiguration,
    member: Member,
    invocation: Invocation,
    leftMs = timeoutSeconds * 1000,
  ): Promise<Served> {
    const { surroundings, faults } = this.#options
    this.#options.logLine(member.stream, `START RequestId: ${invocation.requestId} Version: $LATEST`)
    const begun = performance.now()
    const answered = faults?.serving({ functionName, account }, member.environment.pid)
    const outcome = await member.environment.invoke(invocation, leftMs)
    answered?.()
    const durationMs = performance.now() - begun
    member.busy = false
    member.idleSince = surroundings.now()
    return { outcome, stream: member.stream, durationMs }
  }

  #end(member: Member, reason: string): void {
    this.#members.delete(member)
    void member.environment.end(reason)
  }
}

/** Whether the function's own role may write the log, as Lambda needs it to. */
async function mayLog(
  { authorize }: Surroundings,
  { region, account, logGroup }: FunctionConfiguration,
  session: Session,
): Promise<boolean> {
  const resource = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:*`
  const call = { action: 'logs:PutLogEvents', resource, resourceAccount: account, region, session, context: {} }
  return (await authorize(call)).allowed
}

function executionSession({ arn, name, account, roleArn }: FunctionConfiguration): Session {
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    account,
    roleArn,
    sessionName: name,
    tags: {},
    sessionPolicies: [],
    sourceFunctionArn: arn,
  }
}

function streamName(now: number): string {
  const day = new Date(now * 1000).toISOString().slice(0, 10).replaceAll('-', '/')
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`
}
