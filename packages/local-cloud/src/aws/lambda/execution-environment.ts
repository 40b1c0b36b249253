/**
 * One process of a function (Lambda's "execution environment"). It gets the function's own environment variables only, serves one request at a
 * time, and ends after a timeout, a crash or a change of the function.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as setTimeoutPromise } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { OLD_SPACE_SHARE } from './constants.ts'
import type { FunctionConfiguration } from './function-configuration.ts'
import { readLines } from './read-lines.ts'

export interface EnvironmentOptions {
  readonly configuration: FunctionConfiguration
  readonly variables: Readonly<Record<string, string>>
  readonly taskRoot: string
  /** The port through which this function calls AWS's services. */
  readonly wirePort: number
  /** The certificate of the authority that signs AWS's host names here. */
  readonly caFile: string
  readonly logLine: (line: string) => void
}

/** The error of a function. As on AWS, the caller gets it in the payload of the response. */
export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

export type Outcome =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError }
  | { readonly kind: 'timedOut'; readonly error: FunctionError }

/** How a process ended. */
export interface Ending {
  /** The process died or was killed from outside, and was not ended by this class. */
  readonly unexpected: boolean
  /** `signal: killed`, `exit status 1`, `idle`, … */
  readonly reason: string
}

export interface Invocation {
  readonly requestId: string
  /** JSON. */
  readonly payload: string
  readonly traceId?: string
}

type Message =
  | { readonly kind: 'measured'; readonly heapBytes: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId?: string; readonly error: FunctionError; readonly exiting?: true }

/** How long a process may take to exit after it announced that. */
const EXIT_MS = 1_000

const file = (name: string) => fileURLToPath(new URL(`./child/${name}`, import.meta.url))

export class ExecutionEnvironment {
  readonly pid: number | undefined
  /** Resolves when the process has ended. */
  readonly gone: Promise<Ending>
  readonly #child: ChildProcess
  readonly #configuration: FunctionConfiguration
  #alive = true
  /** Set while the handler's module is loaded, or a request runs. */
  #waiting: ((outcome: Outcome | { readonly kind: 'ready' }) => void) | undefined
  #requestId: string | undefined
  /** The process has announced that it exits, and accepts no further request. */
  #exiting = false
  /** The reason, if this class ends the process. */
  #endedFor: string | undefined
  #measured: ((heapBytes: number) => void)[] = []

  constructor({ configuration, variables, taskRoot, wirePort, caFile, logLine }: EnvironmentOptions) {
    this.#configuration = configuration
    const oldSpace = Math.floor(configuration.memoryMegabytes * OLD_SPACE_SHARE)
    this.#child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${oldSpace}`,
        // Not --import, which Node does not load in threads of the function.
        '--require',
        file('preload.mjs'),
        file('bootstrap.mjs'),
        configuration.logFormat,
      ],
      {
        cwd: taskRoot,
        // The last two are for the preload, which removes them before the function's code is loaded.
        env: { ...variables, LOCAL_WIRE_PORT: String(wirePort), NODE_EXTRA_CA_CERTS: caFile },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    this.pid = this.#child.pid
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream) readLines(stream, logLine)
    this.#child.on('message', (message) => this.#receive(message as Message))
    this.gone = new Promise((resolve) => {
      const end = (how: string) => {
        this.#alive = false
        this.#settle({ kind: 'failed', error: this.#exitError(how) })
        resolve({ unexpected: this.#endedFor === undefined, reason: this.#endedFor ?? how })
      }
      // An answer that was sent just before the exit is still in the channel, and is read before the channel closes.
      this.#child.once('exit', (code, signal) => {
        const how = signal ? `signal: ${SIGNALS[signal] ?? signal}` : `exit status ${code}`
        if (this.#child.connected) this.#child.once('disconnect', () => end(how))
        else end(how)
      })
      this.#child.once('error', (error) => end(error.message))
    })
  }

  /** Whether the process can serve a request. */
  get usable(): boolean {
    return this.#alive && !this.#exiting
  }

  /** Loads the handler. Any outcome but `ready` is the function's error; the process has then ended. */
  async initialize(limitMs: number): Promise<Outcome | { readonly kind: 'ready' }> {
    const outcome = await this.#wait(limitMs, () => ({
      kind: 'timedOut',
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `Init phase timed out after ${seconds(limitMs)} seconds`,
      },
    }))
    if (outcome.kind !== 'ready') await this.#endAfter(outcome)
    return outcome
  }

  /**
   * Serves one request. The caller must ensure that no other one is running.
   * @param leftMs what is left of the function's timeout
   */
  async invoke(invocation: Invocation, leftMs: number): Promise<Outcome> {
    const { requestId, payload, traceId } = invocation
    const { arn, timeoutSeconds } = this.#configuration
    this.#requestId = requestId
    const waiting = this.#wait(leftMs, () => taskTimedOut(invocation, timeoutSeconds * 1000))
    const message = { requestId, payload, deadline: Date.now() + leftMs, functionArn: arn, ...(traceId && { traceId }) }
    // If the process ends at this moment, its exit fails the request.
    if (this.#child.connected) this.#child.send(message, () => {})
    const outcome = await waiting
    this.#requestId = undefined
    if (outcome.kind === 'ready') throw new Error('A function that is ready cannot become ready again.')
    if (outcome.kind === 'timedOut' || this.#exiting) await this.#endAfter(outcome)
    return outcome
  }

  /** @returns bytes of its heap after a garbage collection, when it is free to answer; undefined if it ended before */
  async heapBytes(): Promise<number | undefined> {
    const measured = new Promise<number>((resolve) => this.#measured.push(resolve))
    if (this.#child.connected) this.#child.send('measure', () => {})
    return await Promise.race([measured, this.gone.then(() => undefined)])
  }

  /** Ends the process at once, as Lambda ends an environment without extensions. A running request fails. */
  async end(reason: string): Promise<void> {
    this.#endedFor ??= reason
    if (this.#alive) this.#child.kill('SIGKILL')
    await this.gone
  }

  /** If the process has announced its exit, waits for it, so that its own exit status is reported. */
  async #endAfter({ kind }: Outcome): Promise<void> {
    if (this.#exiting) await Promise.race([this.gone, setTimeoutPromise(EXIT_MS, undefined, { ref: false })])
    await this.end(kind === 'timedOut' ? 'timed out' : 'failed')
  }

  #wait<T extends Outcome>(limit: number, late: () => T): Promise<Outcome | { readonly kind: 'ready' }> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(late()), limit)
      this.#waiting = (outcome) => {
        clearTimeout(timer)
        this.#waiting = undefined
        resolve(outcome)
      }
      if (!this.#alive) this.#settle({ kind: 'failed', error: this.#exitError('exit status unknown') })
    })
  }

  #settle(outcome: Outcome | { readonly kind: 'ready' }): void {
    this.#waiting?.(outcome)
  }

  #receive(message: Message): void {
    if (message.kind === 'measured') {
      for (const resolve of this.#measured.splice(0)) resolve(message.heapBytes)
      return
    }
    if (message.kind === 'failed' && message.exiting) this.#exiting = true
    // A late message, after a timeout, is ignored.
    if (message.kind === 'ready' || message.requestId === this.#requestId) this.#settle(message)
  }

  #exitError(how: string): FunctionError {
    const request = this.#requestId === undefined ? '' : `RequestId: ${this.#requestId} `
    return { errorType: 'Runtime.ExitError', errorMessage: `${request}Error: Runtime exited with error: ${how}` }
  }
}

/** The outcome of a request for which the function's own timeout has passed. */
export const taskTimedOut = ({ requestId }: Invocation, limitMs: number) => ({
  kind: 'timedOut' as const,
  error: {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds(limitMs)} seconds`,
  },
})

const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2)
