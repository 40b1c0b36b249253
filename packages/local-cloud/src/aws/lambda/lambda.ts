/** Lambda: functions from the ledger, run in processes of their own. */
import { randomUUID } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Origin } from '../../network/path.ts'
import { number } from '../../resource/values.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { Printed } from '../logs/function-lines.ts'
import { quotaOf } from '../service-quotas/quotas.ts'
import { MAX_PAYLOAD_BYTES, REAP_MS } from './constants.ts'
import type { Ending } from './execution-environment.ts'
import { FUNCTION, type FunctionConfiguration, readFunction } from './function-configuration.ts'
import { FunctionPool, type Served } from './function-pool.ts'
import type { LambdaFaults } from './lambda-faults.ts'
import { FunctionLogs, type LogLine } from './logs.ts'
import { type Caller, requireInvoke } from './permission.ts'

export interface LambdaOptions {
  readonly surroundings: Surroundings
  readonly credentials: Pick<CredentialStore, 'issue'>
  readonly wire: {
    open(from: Origin): Promise<{ readonly port: number; close(): Promise<void> }>
  }
  /** The directory in which code is unpacked and logs are written. */
  readonly directory: string
  /** Certificate of the local authority, PEM. */
  readonly caFile: string
  /** @default no faults */
  readonly faults?: LambdaFaults
  /** Gets every line that a function's process prints. */
  readonly printed?: (line: Printed) => void
  /**
   * How many lines of each function's log are kept in memory.
   * @default 10,000
   */
  readonly logLines?: number
  readonly observe?: (event: LambdaEvent) => void
}

/** Events for an observer. They contain no secrets, unless a function prints one. */
export type LambdaEvent =
  | { readonly kind: 'started'; readonly functionName: string; readonly pid?: number }
  | ({ readonly kind: 'exited'; readonly functionName: string; readonly pid?: number } & Ending)
  | { readonly kind: 'timedOut'; readonly functionName: string; readonly requestId: string }
  | ({ readonly kind: 'throttled'; readonly requestId: string } & FunctionPlace)
  | ({ readonly kind: 'invoked'; readonly milliseconds: number; readonly failed: boolean } & FunctionPlace)
  /** An event of an asynchronous invocation was given up. */
  | ({ readonly kind: 'dropped' } & FunctionPlace)
  | ({ readonly kind: 'log' } & LogLine)

export interface FunctionPlace {
  readonly functionName: string
  readonly account: string
  readonly region: string
}

export interface InvokeOptions {
  readonly functionArn: string
  /** JSON. */
  readonly payload: string
  readonly caller: Caller
  /** The tracing header, which the function gets as `_X_AMZN_TRACE_ID`. */
  readonly traceId?: string
}

/** The answer of `Invoke`. A failure of the function is an answer too, with `functionError`. */
export interface InvokeResult {
  readonly requestId: string
  /** JSON: what the handler returned, or `{errorType, errorMessage, trace}`. */
  readonly payload: string
  readonly functionError?: 'Unhandled'
}

export interface Lambda {
  /**
   * Invokes synchronously.
   * @throws AwsError ResourceNotFoundException, AccessDeniedException, TooManyRequestsException (throttled),
   *   RequestTooLargeException, InvalidParameterValueException
   */
  invoke(options: InvokeOptions): Promise<InvokeResult>
  /** The last lines of a function's log, with the lines that Lambda adds. */
  logs(functionName: string): readonly LogLine[]
  /** The process ids of a function. */
  pids(functionArn: string): readonly number[]
  /** The heap of each process of a function after a garbage collection, in bytes, by process id. */
  heaps(functionArn: string): Promise<ReadonlyMap<number, number>>
  /** Ends a function's processes, also those that serve. The next request is a cold start. */
  stop(functionName: string): Promise<void>
  /** Ends every process. */
  close(): Promise<void>
}

export function createLambda(options: LambdaOptions): Lambda {
  const { surroundings, wire, observe } = options
  const logs = new FunctionLogs(options.directory, options.logLines)
  const pools = new Map<string, FunctionPool>()
  const ports = new Map<string, ReturnType<typeof wire.open>>()
  const running = new Map<string, number>()
  const children = new Set<number>()

  function poolOf({ arn, name, account }: FunctionConfiguration): FunctionPool {
    const there = pools.get(arn)
    if (there) return there
    const about = (pid: number | undefined) => ({ functionName: name, ...(pid !== undefined && { pid }) })
    const pool = new FunctionPool({
      ...options,
      async wirePort() {
        const opened = ports.get(arn) ?? wire.open({ kind: 'function', functionName: name, account })
        ports.set(arn, opened)
        opened.catch(() => ports.delete(arn))
        return (await opened).port
      },
      started(pid) {
        if (pid !== undefined) children.add(pid)
        observe?.({ kind: 'started', ...about(pid) })
      },
      exited(pid, ending) {
        if (pid !== undefined) children.delete(pid)
        observe?.({ kind: 'exited', ...about(pid), ...ending })
      },
      logLine: (stream, line) => log(name, stream, line),
    })
    pools.set(arn, pool)
    return pool
  }

  function log(functionName: string, stream: string, line: string): void {
    logs.add({ functionName, stream, line })
    observe?.({ kind: 'log', functionName, stream, line })
  }

  /** Ends the processes of functions that were deleted or changed, also if no request comes. */
  function reap(): void {
    for (const [arn, pool] of pools) pool.reap(currentVersion(arn))
  }

  function currentVersion(arn: string): string | undefined {
    if (!surroundings.ledger.findBy(FUNCTION, 'arn', arn)) return undefined
    try {
      return readFunction(surroundings.ledger, arn).version
    } catch {
      return undefined
    }
  }

  const timer = setInterval(reap, REAP_MS)
  timer.unref()
  const killAll = () => {
    for (const pid of children)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // The function was deleted already.
      }
  }
  process.once('exit', killAll)

  return {
    async invoke({ functionArn, payload, caller, traceId }) {
      const configuration = readFunction(surroundings.ledger, functionArn)
      requireInvoke(surroundings, configuration, caller)
      requirePayload(payload)
      const { name: functionName, account } = configuration
      await options.faults?.before({ functionName, account })
      const requestId = randomUUID()
      if (!admits(surroundings, configuration, running)) {
        observe?.({ kind: 'throttled', ...placeOf(configuration), requestId })
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
      }
      running.set(functionArn, (running.get(functionArn) ?? 0) + 1)
      try {
        const served = await poolOf(configuration).invoke(configuration, {
          requestId,
          payload,
          ...(traceId !== undefined && { traceId }),
        })
        // Lines that the function printed before it answered come through another channel. Wait for them.
        await new Promise((resolve) => setImmediate(resolve))
        if (served.outcome.kind === 'timedOut')
          observe?.({ kind: 'timedOut', functionName: configuration.name, requestId })
        for (const line of report(configuration, requestId, served)) log(configuration.name, served.stream, line)
        const answer = result(requestId, served)
        const failed = answer.functionError !== undefined
        observe?.({ kind: 'invoked', ...placeOf(configuration), milliseconds: served.durationMs, failed })
        return answer
      } finally {
        running.set(functionArn, (running.get(functionArn) ?? 1) - 1)
      }
    },
    logs: (functionName) => logs.of(functionName),
    pids: (functionArn) => pools.get(functionArn)?.pids() ?? [],
    heaps: async (functionArn) => new Map(await pools.get(functionArn)?.heaps()),
    async stop(functionName) {
      const named = [...pools].filter(([arn]) => arn.split(':')[6] === functionName)
      await Promise.all(named.map(([, pool]) => pool.stop('stopped')))
    },
    async close() {
      clearInterval(timer)
      await Promise.all([...pools.values()].map((pool) => pool.stop('closed')))
      process.off('exit', killAll)
      await Promise.all([...ports.values()].map(async (opened) => (await opened).close()))
      await logs.close()
    },
  }
}

export function placeOfFunction(functionArn: string): FunctionPlace {
  const [, , , region = '', account = '', , functionName = ''] = functionArn.split(':')
  return { functionName, account, region }
}

const placeOf = ({ name: functionName, account, region }: FunctionConfiguration): FunctionPlace => ({
  functionName,
  account,
  region,
})

function requirePayload(payload: string): void {
  const bytes = Buffer.byteLength(payload)
  if (bytes > MAX_PAYLOAD_BYTES)
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
      413,
    )
  try {
    JSON.parse(payload)
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json')
  }
}

/** A function with reserved concurrency has that many executions for itself. All others share the rest of the account's limit. */
function admits(
  { ledger, organization }: Pick<Surroundings, 'ledger' | 'organization'>,
  { arn, account, reservedConcurrency }: FunctionConfiguration,
  running: ReadonlyMap<string, number>,
): boolean {
  if (reservedConcurrency !== undefined) return (running.get(arn) ?? 0) < reservedConcurrency
  const limit = quotaOf(organization, account, 'L-B99A9384')
  const functions = ledger.all(FUNCTION).filter((declared) => declared.account === account)
  let left = limit
  for (const { outputs } of functions) {
    const reserved = number(outputs, 'reservedConcurrentExecutions') ?? -1
    left -= reserved >= 0 ? reserved : (running.get(String(outputs.arn)) ?? 0)
  }
  return left > 0
}

function result(requestId: string, { outcome }: Served): InvokeResult {
  if (outcome.kind !== 'answered')
    return { requestId, payload: JSON.stringify(outcome.error), functionError: 'Unhandled' }
  const bytes = Buffer.byteLength(outcome.payload)
  if (bytes <= MAX_PAYLOAD_BYTES) return { requestId, payload: outcome.payload }
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`,
  }
  return { requestId, payload: JSON.stringify(error), functionError: 'Unhandled' }
}

/** The lines that Lambda adds after a request. */
function report(
  { memoryMegabytes }: FunctionConfiguration,
  requestId: string,
  { outcome, coldStartMs, durationMs }: Served,
): readonly string[] {
  const init = coldStartMs === undefined ? '' : `\tInit Duration: ${coldStartMs.toFixed(2)} ms`
  return [
    ...(outcome.kind === 'answered' ? [] : [outcome.error.errorMessage]),
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${memoryMegabytes} MB${init}`,
  ]
}
