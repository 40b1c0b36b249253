/** The frames of an answer that streams: read on demand, with a bound on every silence, and whole or an error. */

import type { SdkResponse } from './connection.ts'
import { GatewayError } from './errors.ts'
import { createFrameReader, type Frame } from './event-stream.ts'
import { STREAM_SILENCE_MILLISECONDS } from './limits.ts'
import { streamException } from './model-errors.ts'

export async function* framesOf(
  body: SdkResponse['body'],
  {
    operation,
    signal,
    body: sent,
  }: { readonly operation: string; readonly signal: AbortSignal; readonly body: string },
): AsyncGenerator<readonly Frame[]> {
  const reader = createFrameReader()
  let whole = operation !== 'converse-stream'
  let silent = false
  const silence = setTimeout(() => {
    silent = true
    body.destroy()
  }, STREAM_SILENCE_MILLISECONDS)
  try {
    for await (const chunk of body) {
      silence.refresh()
      const frames = reader.read(chunk)
      const exception = frames.findIndex(({ kind }) => kind === 'exception')
      const good = exception === -1 ? frames : frames.slice(0, exception)
      whole ||= good.some(({ type }) => type === 'messageStop')
      if (good.length > 0) yield good
      const failed = frames[exception]
      if (failed) throw streamException(failed.type, failed.body, sent)
      // The time in which the caller did not read is not the model's.
      silence.refresh()
    }
    if (silent) throw new Error('silence')
    if (!whole || reader.pending) throw incomplete()
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    if (signal.aborted && signal.reason instanceof GatewayError) throw signal.reason
    throw silent ? tooSilent() : incomplete(cause)
  } finally {
    clearTimeout(silence)
    body.destroy()
  }
}

function incomplete(cause?: unknown): GatewayError {
  return new GatewayError(
    'model_answer_incomplete',
    'The connection to the model ended before its answer did. What has arrived so far is not the whole answer.',
    { cause },
  )
}

function tooSilent(): GatewayError {
  return new GatewayError(
    'model_timeout',
    `The model sent nothing for ${STREAM_SILENCE_MILLISECONDS / 1000} s. What has arrived so far is not the whole answer.`,
  )
}
