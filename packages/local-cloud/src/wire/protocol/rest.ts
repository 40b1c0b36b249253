/** AWS's REST protocols: method and path select the operation, and labels in the path are part of its input. */
import { AwsError } from '../../errors.ts'
import type { WireRequest, WireResponse } from '../service.ts'
import type { ApiProtocol } from './api.ts'
import { parseJson } from './json.ts'
import { jsonCodes } from './protocol.ts'
import { type XmlValue, xml } from './query.ts'

/** For each operation its method and path: `GET /2015-03-31/functions/{FunctionName}/configuration`. */
export type Routes = Readonly<Record<string, string>>

export function restJson(routes: Routes): ApiProtocol<object> {
  return {
    ...jsonCodes(403),
    read: (request) => {
      const { operation, input } = routed(routes, request)
      return { operation, input: { ...input, ...(parseJson(request.body) as object) } }
    },
    respond: (_, output, requestId) => send(200, 'application/json', JSON.stringify(output), requestId),
    refuse({ code, message, status }, requestId) {
      const { headers, ...answer } = send(status, 'application/json', JSON.stringify({ message }), requestId)
      return { ...answer, headers: { ...headers, 'x-amzn-errortype': code } }
    },
  }
}

export function restXml(routes: Routes, namespace: string): ApiProtocol<XmlValue> {
  const document = (root: string, content: string) => `<${root} xmlns="${namespace}">${content}</${root}>`
  return {
    signature: {
      missing: { code: 'MissingAuthenticationToken', status: 403 },
      incomplete: { code: 'IncompleteSignature', status: 400 },
      unknownKey: { code: 'InvalidClientTokenId', status: 403 },
      expiredToken: { code: 'ExpiredToken', status: 403 },
      mismatch: { code: 'SignatureDoesNotMatch', status: 403 },
      clock: { code: 'SignatureDoesNotMatch', status: 403 },
    },
    accessDenied: { code: 'AccessDenied', status: 403 },
    read: (request) => routed(routes, request),
    respond: (operation, output, requestId) =>
      send(200, 'text/xml', document(`${operation}Response`, xml(output, null)), requestId),
    refuse: ({ code, message, status }, requestId) =>
      send(
        status,
        'text/xml',
        document(
          'ErrorResponse',
          xml({ Error: { Type: 'Sender', Code: code, Message: message }, RequestId: requestId }),
        ),
        requestId,
      ),
  }
}

const send = (status: number, contentType: string, body: string, requestId: string): WireResponse => ({
  status,
  headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
  body,
})

function routed(routes: Routes, { method, target }: WireRequest) {
  const [path = '', query = ''] = target.split('?', 2)
  const given = path.replace(/\/$/, '').split('/')
  for (const [operation, route] of Object.entries(routes)) {
    const [wanted, template = ''] = route.split(' ')
    const labels = template.split('/')
    if (wanted !== method || labels.length !== given.length) continue
    const fits = labels.every((label, index) => (label.startsWith('{') ? given[index] !== '' : label === given[index]))
    if (!fits) continue
    const path = labels.flatMap((label, index) =>
      label.startsWith('{') ? [[label.slice(1, -1), decodeURIComponent(given[index] ?? '')]] : [],
    )
    return { operation, input: { ...Object.fromEntries(new URLSearchParams(query)), ...Object.fromEntries(path) } }
  }
  throw new AwsError('UnknownOperationException', `The local cloud does not know ${method} ${path}.`, 404)
}
