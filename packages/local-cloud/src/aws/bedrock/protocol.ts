/** Bedrock's REST-JSON protocol: the error's name is in a header, its message in the body. */

import { AwsError } from '../../errors.ts'
import { type ErrorFormat, jsonCodes } from '../../wire/protocol/protocol.ts'
import type { WireResponse } from '../../wire/service.ts'
import { exceptionFrame, exceptionType } from './event-stream.ts'

export const BEDROCK: ErrorFormat = {
  ...jsonCodes(403),
  refuse: ({ code, message, status }, requestId) => ({
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': `${code}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    },
    body: JSON.stringify({ message }),
  }),
}

export const respondJson = (
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
  body: JSON.stringify(body),
})

/**
 * Sends an answer's frames as they come. A failure before the first frame becomes an answer with its own status, because no status line was sent
 * yet; a later failure becomes a frame.
 */
export async function respondFrames(
  frames: AsyncGenerator<Uint8Array>,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireResponse> {
  const first = await frames.next()
  return {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': requestId, ...headers },
    body: following(first, frames),
  }
}

async function* following(
  first: IteratorResult<Uint8Array>,
  frames: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return
    yield first.value
    yield* frames
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    yield exceptionFrame(exceptionType(error), error.message)
  } finally {
    await frames.return(undefined)
  }
}
