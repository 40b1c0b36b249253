/** The record of one request: what is noted while it is served, when the request is over, and what it is charged. */
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
 * When the usage of a request is settled. `before`: before the answer is sent, where the process stops after it. A function: after the answer;
 * it is called with the promise, which the process waits for before it ends.
 */
export type Settling = 'before' | ((settled: Promise<void>) => void)

/** Part of the time for settling that is kept for sending the answer. */
const LEAVING_MILLISECONDS = 150

/** One request, from its first byte to its line in the log. */
export interface Exchange {
  readonly requestId: string
  readonly record: LogRecord
  readonly progress: Progress
  readonly deadline: ReturnType<typeof createDeadline>
  readonly signal: AbortSignal
  /** Notes when the client disconnects. */
  watch(client: AbortSignal | undefined): void
  /** Called when all checks of the gateway have passed and a model is about to be asked. */
  onAsking(): void
  onStream(stream: 'open' | { readonly error?: unknown }): void
  meter(meter: Meter): void
  /** Both resolve when the answer may be sent. */
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
  /** The line is written when both the response and the stream are over. */
  let response: Answer | undefined
  let stream: 'none' | 'open' | { readonly error?: unknown } = 'none'
  let total: NodeJS.Timeout | undefined
  let meter: Meter | undefined
  let settled: Promise<void> = Promise.resolve()

  /** Writes the admission line, at most once, so that a request whose process is killed in the middle of the answer has a record. */
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
    // The gateway's own code, whatever the caller's API calls it: alarms and reports count these codes.
    record.status = error?.status ?? response?.status ?? 0
    settle()
    Object.assign(record, genAiOf(record))
    record.milliseconds.total = elapsed(started)
    log(record)
    // Nobody waits for the answer any more, so calls that are still running for this request are aborted.
    if (error) abort.abort(error)
  }

  /** Called exactly once for every request, when it ends. */
  function settle(): void {
    if (!meter) return
    const closed = meter.close()
    record.usageIs = closed.charge.is
    if (closed.charge.nanoDollars !== undefined) record.nanoDollars = closed.charge.nanoDollars
    settled = closed.settled
    if (settling !== 'before') settling(settled)
  }

  /** Waits for settling if the process stops with the answer. If settling takes too long, the reservation stays until it expires. */
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
      // The adapter may know another reason than that the client disconnected.
      const left = () => abort.abort(client?.reason instanceof GatewayError ? client.reason : clientLeft())
      if (client?.aborted) left()
      else client?.addEventListener('abort', left, { once: true })
    },
    onAsking() {
      // A server that is killed had requests of many callers. A function had one, for which Lambda itself prints a line.
      if (settling !== 'before') admit()
    },
    onStream(change) {
      stream = change
      // A whole answer has a time limit for each of its steps.
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
