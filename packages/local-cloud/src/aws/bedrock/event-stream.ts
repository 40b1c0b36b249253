/** `application/vnd.amazon.eventstream`, framed by AWS's own codec. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import type { AwsError } from '../../errors.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
)

/** A frame for `messageStart`, `contentBlockDelta`, `chunk` and so on. Its payload is JSON with padding `p`, as AWS sends it. */
export const eventFrame = (type: string, payload: Readonly<Record<string, unknown>>): Uint8Array =>
  frame('event', ':event-type', type, { ...payload, p: padding() })

const PADDING = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Padding hides from observers of the encrypted traffic how long each token is; clients ignore it. */
const padding = () => PADDING.slice(0, 1 + Math.floor(Math.random() * PADDING.length))

/** What Bedrock sends when it fails after the answer has begun: the status line was sent, so the error is a frame. */
export const exceptionFrame = (type: string, message: string): Uint8Array =>
  frame('exception', ':exception-type', type, { message })

/** @returns the name that the stream's frames use for an error: `modelStreamErrorException` */
export function exceptionType({ code }: Pick<AwsError, 'code'>): StreamException {
  const name = `${code.charAt(0).toLowerCase()}${code.slice(1)}`
  if (name === 'modelErrorException') return 'modelStreamErrorException'
  return STREAM_EXCEPTIONS.find((one) => one === name) ?? 'internalServerException'
}

/** The exceptions that a stream's frames can carry: members of the SDK's `ConverseStreamOutput` and `ResponseStream`. */
export const STREAM_EXCEPTIONS = [
  'internalServerException',
  'modelStreamErrorException',
  'modelTimeoutException',
  'serviceUnavailableException',
  'throttlingException',
  'validationException',
] as const
export type StreamException = (typeof STREAM_EXCEPTIONS)[number]

function frame(messageType: string, nameHeader: string, name: string, payload: unknown): Uint8Array {
  return codec.encode({
    headers: {
      [nameHeader]: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: messageType },
    },
    body: Buffer.from(JSON.stringify(payload)),
  })
}
