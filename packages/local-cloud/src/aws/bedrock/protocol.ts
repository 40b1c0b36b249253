/** Bedrock's REST-JSON: the error's name in a header, its message in the body. */

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
 * An answer whose frames are sent as they come. What fails before the first is an answer of its own, as the status line has
 * not been sent; what fails later is a frame.
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
