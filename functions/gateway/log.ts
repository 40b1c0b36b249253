/** One structured line a request, which is its audit record too. It holds no prompt, no answer, no token, no ARN and no account's credentials. */
import type { Check, Decision } from './audit.ts'
import type { ErrorCode, GatewayError } from './errors.ts'

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens?: number
  readonly cacheWriteInputTokens?: number
}

export type Step = 'authenticate' | 'routing' | 'body' | 'model'

/** Filled in while the request is served. */
export interface LogRecord {
  readonly time: string
  readonly requestId: string
  readonly tenant: string
  operation?: string
  /** The user's `sub`. */
  user?: string
  /** The tenant's name for the model. */
  model?: string
  attempts?: number
  /** The answer was a stream, which has two lines: one when it was let in, one when it was over. */
  stream?: true
  phase?: 'admission' | 'end'
  usage?: Usage
  /** The stream ended before the model had said what it used. */
  usageIncomplete?: true
  stopReason?: string
  status?: number
  outcome?: 'ok' | ErrorCode
  /** What was decided, and by which check (audit.ts). */
  decision?: Decision['decision']
  check?: Decision['check']
  /** The last check that was passed. */
  passed?: Check
  /** What happened underneath an error: names and statuses, never contents. */
  cause?: string
  /** `first`: until the first event of a stream. */
  readonly milliseconds: { [step in Step | 'first' | 'total']?: number }
}

export type Log = (record: LogRecord) => void

/** Lambda turns every line of standard output into one log event. */
export function createLog(write: (line: string) => void): Log {
  return (record) => write(`${JSON.stringify(record)}\n`)
}

/** Runs a step and notes how long it took. */
export async function timed<T>(record: LogRecord, step: Step, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  try {
    return await work()
  } finally {
    record.milliseconds[step] = elapsed(started)
  }
}

/** Milliseconds with two decimals. */
export function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 100) / 100
}

/**
 * The chain of causes. Messages only of errors that this function wrote itself: a library's may quote what it was given.
 */
export function describeCause(error: GatewayError): string | undefined {
  const parts: string[] = []
  for (let cause = error.cause; cause instanceof Error && parts.length < 5; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : ''
    const own = cause.constructor === Error || cause.name === 'ConnectionError'
    parts.push(own ? `${cause.name}: ${cause.message.replaceAll(/arn:\S+/g, '[ARN]')}` : `${cause.name}${code}`)
  }
  return parts.length === 0 ? undefined : parts.join(' < ')
}
