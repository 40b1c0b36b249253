/**
 * The frames of an answer that streams. They are read on demand, each silence has a time limit, and an answer that is not whole ends with an
 * error.
 */
import type { Readable } from 'node:stream'
import type { StreamLimits } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { streamException } from './errors.ts'
import { createFrameReader, type Frame } from './event-stream.ts'
import { pullFrom } from './pull.ts'

export interface FramesOptions {
  /** Bedrock's operation. */
  readonly operation: string
  /** The request's body. A message of Bedrock that quotes it is not passed on. */
  readonly body: string
  readonly signal: AbortSignal
}

/** The frames, one read at a time. The iterator ends only after a whole answer; `return` closes the connection. */
export interface Batches {
  next(): Promise<IteratorResult<readonly Frame[], undefined>>
  return(): void
}

export const OVER = { done: true, value: undefined } as const

/** An iterator written by hand: for each chunk, a generator over a stream's iterator would take longer than the frames in the chunk. */
export function framesOf(body: Readable, options: FramesOptions, limits: StreamLimits): Batches {
  const { operation, signal, body: sent } = options
  const reader = createFrameReader()
  const bytes = pullFrom(body)
  const silence = watchSilence(body, limits)
  let whole = operation !== 'converse-stream'
  let failed: Frame | undefined
  let over = false
  let paused = false

  function finish(): void {
    over = true
    silence.stop()
    body.destroy()
  }

  async function read(): Promise<IteratorResult<readonly Frame[], undefined>> {
    if (paused) silence.heard()
    paused = false
    for (;;) {
      if (failed) throw streamException(failed.type, failed.body, sent)
      const chunk = await bytes.next()
      if (chunk === undefined) break
      const frames = reader.read(chunk)
      const exception = frames.findIndex(({ kind }) => kind === 'exception')
      failed = frames[exception]
      const good = failed ? frames.slice(0, exception) : frames
      whole ||= good.some(({ type }) => type === 'messageStop')
      if (good.length > 0) {
        silence.pause()
        paused = true
        return { done: false, value: good }
      }
      silence.heard()
    }
    if (!whole || reader.pending || silence.exceeded) throw incomplete()
    finish()
    return OVER
  }

  return {
    async next() {
      if (over) return OVER
      try {
        return await read()
      } catch (cause) {
        finish()
        if (cause instanceof GatewayError && !silence.exceeded) throw cause
        if (signal.aborted && signal.reason instanceof GatewayError) throw signal.reason
        throw silence.exceeded ? tooSilent(silence.exceeded) : incomplete(cause)
      }
    },
    return: finish,
  }
}

/** Closes the connection after too long a silence of the model. Time in which the caller does not read is not counted. */
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
    /** Milliseconds of the silence that was too long. */
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
