/** Bedrock's format: AWS SDKs choose the exception's class by a header, and in a stream by an exception frame. */
import { ERRORS } from '../errors.ts'
import { exceptionFrame } from '../model/event-stream.ts'
import type { Shape } from './shape.ts'

const idHeaders = (requestId: string) => ({ 'x-amzn-requestid': requestId })

export const bedrockShape: Shape = {
  name: 'bedrock',
  idHeaders,
  error: ({ code, message }, requestId) => {
    const { type, status } = ERRORS[code].bedrock
    return {
      status,
      headers: { ...idHeaders(requestId), 'x-amzn-errortype': type },
      body: JSON.stringify({ message }),
    }
  },
  stream: {
    contentType: 'application/vnd.amazon.eventstream',
    error: ({ code, message }) => exceptionFrame(streamException(ERRORS[code].bedrock.type), message),
  },
}

/** The exceptions that Bedrock's streams declare; for any other, a client throws an error without a type. */
const STREAM_EXCEPTIONS: Readonly<Record<string, string>> = {
  InternalServerException: 'internalServerException',
  ModelStreamErrorException: 'modelStreamErrorException',
  ModelTimeoutException: 'modelTimeoutException',
  ServiceUnavailableException: 'serviceUnavailableException',
  ThrottlingException: 'throttlingException',
  ValidationException: 'validationException',
}

const streamException = (type: string): string => STREAM_EXCEPTIONS[type] ?? 'modelStreamErrorException'
