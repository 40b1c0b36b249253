/** Bedrock's REST-JSON: the error's name in a header, its message in the body. */

import { type ErrorFormat, jsonCodes } from '../protocol/protocol.ts'
import type { WireResponse } from '../service.ts'

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
