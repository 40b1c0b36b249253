/** One request as it is recorded: what is noted while it is served, when it is over, and what it is charged then. */
import { createProgress, decisionOf, type Progress } from './audit.ts'
import { createDeadline, deadlineExceeded, type RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { genAiOf } from './gen-ai.ts'
import type { Answer } from './http.ts'
import { describeCause, elapsed, type Log, type LogRecord } from './log.ts'
import type { Meter } from './metering/meter.ts'
import { clientLeft } from './stream.ts'
import { toError } from './to-error.ts'

/**
 * Settling what a request has used: `before` its answer leaves, where nothing runs after it, or off its path; told of it then, to
 * wait for it when the process ends.
 */
export type Settling = 'before' | ((settled: Promise<void>) => void)

/** Kept for the answer to leave, of the time that is left for settling. */
const LEAVING_MILLISECONDS = 150

/** One request from its first byte to its line in the log. */
export interface Exchange {
  readonly requestId: string
  readonly record: LogRecord
  readonly progress: Progress
  readonly deadline: ReturnType<typeof createDeadline>
  readonly signal: AbortSignal
  /** Follows the client's own signal. */
  watch(client: AbortSignal | undefined): void
  /** All checks of the gateway are passed, and a model is about to be asked. */
  onAsking(): void
  onStream(stream: 'open' | { readonly error?: unknown }): void
  meter(meter: Meter): void
  /** Both resolve when the answer may leave. */
  given(answer: Answer): Promise<void>
  refused(error: GatewayError, answer: Answer): Promise<void>
}

export function createExchange(
  context: RequestContext,
  tenant: string,
  time: number,
  log: Log,
  settling: Settling,
): Exchange {
  const started = performance.now()
  const requestId = context.awsRequestId
  const record: LogRecord = { time: new Date(time).toISOString(), requestId, tenant, milliseconds: {} }
  const progress = createProgress()
  const deadline = createDeadline(context)
  const abort = new AbortController()
  /** Status line and stream, the two things that must both be over before the line is written. */
  let response: Answer | undefined
  let stream: 'none' | 'open' | { readonly error?: unknown } = 'none'
  let total: NodeJS.Timeout | undefined
  let meter: Meter | undefined
  let settled: Promise<void> = Promise.resolve()

  /** Once, so that a process that is killed in the middle of the answer leaves a line. */
  function admit(): void {
    if (record.phase === 'end') return
    const passed = progress.passed
    const { milliseconds, usageIncomplete: _, ...so } = record
    log({
      ...so,
      phase: 'admission',
      ...decisionOf('ok'),
      ...(passed && { passed }),
      milliseconds: { ...milliseconds },
    })
    record.phase = 'end'
  }

  function finish(failure?: unknown): void {
    const error = failure === undefined ? undefined : toError(failure, abort.signal)
    record.outcome = error?.code ?? 'ok'
    if (error?.user !== undefined) record.user = error.user
    if (error?.machine !== undefined) record.machine = error.machine
    const cause = error && describeCause(error)
    if (cause !== undefined) record.cause = cause
    Object.assign(record, decisionOf(record.outcome, progress.passed ?? 'none'))
    if (progress.passed) record.passed = progress.passed
    // Ours, whatever the caller's shape makes of it: alarms and reports count these.
    record.status = error?.status ?? response?.status ?? 0
    settle()
    Object.assign(record, genAiOf(record))
    record.milliseconds.total = elapsed(started)
    log(record)
    // Nobody waits any more: what is still under way for this request ends.
    if (error) abort.abort(error)
  }

  /** Every request ends here once. */
  function settle(): void {
    if (!meter) return
    const closed = meter.close()
    record.usageIs = closed.charge.is
    if (closed.charge.nanoDollars !== undefined) record.nanoDollars = closed.charge.nanoDollars
    settled = closed.settled
    if (settling !== 'before') settling(settled)
  }

  /** Where the process stops with the answer, it waits; what takes too long stays reserved until it expires. */
  async function mayLeave(): Promise<void> {
    if (settling !== 'before') return
    let late: NodeJS.Timeout | undefined
    const time = new Promise<void>((resolve) => {
      late = setTimeout(resolve, Math.max(0, context.getRemainingTimeInMillis() - LEAVING_MILLISECONDS))
    })
    await Promise.race([settled, time])
    clearTimeout(late)
  }

  return {
    requestId,
    record,
    progress,
    deadline,
    signal: abort.signal,
    meter(made) {
      meter = made
    },
    watch(client) {
      // The adapter may have another reason than that the client left.
      const left = () => abort.abort(client?.reason instanceof GatewayError ? client.reason : clientLeft())
      if (client?.aborted) left()
      else client?.addEventListener('abort', left, { once: true })
    },
    onAsking() {
      // A server holds requests of many callers when it dies. A function dies with one, of which Lambda has a line of its own.
      if (settling !== 'before') admit()
    },
    onStream(change) {
      stream = change
      // Whole answers are bounded step by step.
      if (change === 'open') {
        total = setTimeout(() => abort.abort(deadlineExceeded('answering')), deadline.remaining())
        admit()
      } else clearTimeout(total)
      if (change !== 'open' && response) finish(change.error)
    },
    given(given) {
      response = given
      if (stream === 'none') finish()
      else if (stream !== 'open') finish(stream.error)
      return mayLeave()
    },
    refused(error, given) {
      response = given
      finish(error)
      return mayLeave()
    },
  }
}
