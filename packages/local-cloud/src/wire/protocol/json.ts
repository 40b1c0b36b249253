/** AWS's JSON protocols: the operation's name is in `x-amz-target`, the error's name in `__type`. */
import { AwsError } from '../../errors.ts'
import type { WireRequest, WireResponse } from '../service.ts'
import { type ErrorFormat, jsonCodes } from './protocol.ts'

export interface JsonProtocol extends ErrorFormat {
  /** The name of the requested operation. */
  readonly operationOf: (request: WireRequest) => string
  readonly input: (request: WireRequest) => unknown
  readonly respond: (output: unknown, requestId: string) => WireResponse
}

export function jsonProtocol({
  version,
  target,
}: {
  readonly version: '1.0' | '1.1'
  readonly target: string
}): JsonProtocol {
  const headers = (requestId: string) => ({
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': requestId,
  })
  return {
    ...jsonCodes(400),
    operationOf({ headers: { 'x-amz-target': header = '' } }) {
      const [prefix, operation] = header.split('.')
      if (prefix !== target || !operation)
        throw new AwsError('UnknownOperationException', `x-amz-target must be '${target}.OPERATION'.`)
      return operation
    },
    input: ({ body }) => parseJson(body),
    respond: (output, requestId) => ({ status: 200, headers: headers(requestId), body: JSON.stringify(output) }),
    refuse: ({ code, message, status, fields }, requestId) => ({
      status,
      headers: { ...headers(requestId), 'x-amzn-errortype': code },
      body: JSON.stringify({ __type: code, message, ...fields }),
    }),
  }
}

/** The body parsed as JSON; an empty body is an empty object. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AwsError('SerializationException', 'The body of the request is not JSON.')
  }
}
