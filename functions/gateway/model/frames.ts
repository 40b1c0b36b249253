/** The frames of an answer that streams: read on demand, with a bound on every silence, and whole or an error. */
import type { Readable } from 'node:stream'
import { GatewayError } from '../errors.ts'
import type { StreamLimits } from '../limits.ts'
import { streamException } from './errors.ts'
import { createFrameReader, type Frame } from './event-stream.ts'

export interface FramesOptions {
  /** Bedrock's operation. */
  readonly operation: string
  /** What was sent, so that Bedrock's words are not passed on where they quote it. */
  readonly body: string
  readonly signal: AbortSignal
}

export async function* framesOf(
  body: Readable,
  { operation, signal, body: sent }: FramesOptions,
  limits: StreamLimits,
): AsyncGenerator<readonly Frame[]> {
  const reader = createFrameReader()
  const silence = watchSilence(body, limits)
  let whole = operation !== 'converse-stream'
  try {
    for await (const chunk of body) {
      const frames = reader.read(chunk)
      const exception = frames.findIndex(({ kind }) => kind === 'exception')
      const good = exception === -1 ? frames : frames.slice(0, exception)
      whole ||= good.some(({ type }) => type === 'messageStop')
      if (good.length > 0) {
        silence.pause()
        yield good
      }
      const failed = frames[exception]
      if (failed) throw streamException(failed.type, failed.body, sent)
      silence.heard()
    }
    if (!whole || reader.pending || silence.exceeded) throw incomplete()
  } catch (cause) {
    if (cause instanceof GatewayError && !silence.exceeded) throw cause
    if (signal.aborted && signal.reason instanceof GatewayError) throw signal.reason
    throw silence.exceeded ? tooSilent(silence.exceeded) : incomplete(cause)
  } finally {
    silence.stop()
    body.destroy()
  }
}

/** Closes the connection after a silence that is too long. The time in which the caller does not read is not the model's. */
function watchSilence(body: Readable, { firstEventMilliseconds, idleMilliseconds }: StreamLimits) {
  let exceeded: number | undefined
  let paused = false
  const start = (milliseconds: number) =>
    setTimeout(() => {
      if (paused) return
      exceeded = milliseconds
      body.destroy()
    }, milliseconds)
  let timer = start(firstEventMilliseconds)
  let first = true
  return {
    heard() {
      paused = false
      if (!first) return void timer.refresh()
      first = false
      clearTimeout(timer)
      timer = start(idleMilliseconds)
    },
    pause() {
      paused = true
    },
    stop: () => clearTimeout(timer),
    /** Milliseconds of the silence. */
    get exceeded() {
      return exceeded
    },
  }
}

function incomplete(cause?: unknown): GatewayError {
  return new GatewayError(
    'model_answer_incomplete',
    'The connection to the model ended before its answer did. What has arrived so far is not the whole answer.',
    { cause },
  )
}

function tooSilent(milliseconds: number): GatewayError {
  return new GatewayError(
    'model_timeout',
    `The model sent nothing for ${milliseconds / 1000} s. What has arrived so far is not the whole answer.`,
  )
}
