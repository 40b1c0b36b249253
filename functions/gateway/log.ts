/** One structured line for each request, which is also its audit record. It contains no prompt, answer, token, ARN or credentials. */
import type { AuditLine, Step } from '../../shared/audit-line.ts'
import type { ErrorCode, GatewayError } from './errors.ts'

/** Filled in while the request is served. */
export type LogRecord = AuditLine<ErrorCode>

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
 * The chain of causes. Only errors that this program wrote itself are shown with their message, because a library's message may quote its input.
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
