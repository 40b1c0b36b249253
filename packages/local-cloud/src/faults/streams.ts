/** Faults in an answer that has begun: its status line was sent, and its frames follow one by one. */
import { setTimeout as pause } from 'node:timers/promises'
import { exceptionFrame } from '../aws/bedrock/event-stream.ts'
import { type Body, ConnectionCut } from '../wire/service.ts'
import type { StreamFault } from './rule.ts'

export const isStream = (body: Body): body is AsyncIterable<Uint8Array> =>
  typeof body !== 'string' && !(body instanceof Uint8Array)

/** The frames, changed by these faults. Each chunk of an answer is one frame. */
export async function* bentFrames(
  frames: AsyncIterable<Uint8Array>,
  faults: readonly StreamFault[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let sent = 0
  for await (const frame of frames) {
    for (const fault of faults)
      if (fault.afterEvents === sent) {
        if (fault.kind === 'streamEnd') return
        if (fault.kind === 'streamCut') throw new ConnectionCut()
        if (fault.kind === 'streamError') {
          yield exceptionFrame(fault.code, fault.message ?? MESSAGES[fault.code])
          return
        }
        await pause(fault.milliseconds, undefined, { ref: false, ...(signal && { signal }) })
      }
    yield frame
    sent++
  }
}

const MESSAGES: Readonly<Record<Extract<StreamFault, { readonly kind: 'streamError' }>['code'], string>> = {
  internalServerException: 'The system encountered an unexpected error during processing. Try your request again.',
  modelStreamErrorException: 'The model stopped in the middle of its answer.',
  modelTimeoutException: 'The model took too long to answer.',
  serviceUnavailableException: 'Bedrock is unable to process your request.',
  throttlingException: 'Too many tokens, please wait before trying again.',
  validationException: 'The model returned the following errors: the answer could not be finished.',
}
