/** Requests that two parsers could read as two different requests. They are written as bytes, because no HTTP client would send them. */

import type { Layer } from '../layers.ts'
import type { RawRequest } from '../testbed/raw-request.ts'

export interface PathAttempt {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  /** Makes the request with the token in it. Without the function, only the path is unusual. */
  readonly request: (token: string, host: string) => RawRequest
}

const BODY = JSON.stringify({ prompt: 'Who are you?' })
const NO_SUCH_PATH: readonly Layer[] = ['loadBalancerRequest']

/** A request as bytes. `body` follows the head unchanged; if another request is hidden in it, that one gets a moment to be answered. */
const raw =
  (line: string, headers: readonly string[], body: string): PathAttempt['request'] =>
  (token, host) => ({
    target: '',
    lingers: true,
    bytes: [
      `${line} HTTP/1.1`,
      ...[`host: ${host}`, 'user-agent: isolation-matrix', `authorization: Bearer ${token}`, ...headers],
      '',
      body,
    ].join('\r\n'),
  })

/** A whole request for the second tenant, hidden in the body of a request for the first. */
export const hidden = (token: string, host: string) =>
  [
    'POST /tenant2/invoke HTTP/1.1',
    ...[`host: ${host}`, 'user-agent: isolation-matrix', `authorization: Bearer ${token}`],
    ...[`content-length: ${BODY.length}`, '', BODY],
  ].join('\r\n')

export const smuggling: readonly PathAttempt[] = [
  {
    name: 'header-name-space',
    tried: 'A header name with a space before the colon',
    expected: NO_SUCH_PATH,
    request: raw('POST /tenant1/invoke', ['content-type : application/json', `content-length: ${BODY.length}`], BODY),
  },
  {
    name: 'bare-line-feeds',
    tried: 'Header lines that end in a line feed alone, with a second request after them',
    expected: NO_SUCH_PATH,
    request: (token, host) => ({
      target: '',
      bytes: `POST /tenant1/invoke HTTP/1.1\r\nhost: ${host}\r\nx: y\nPOST /tenant2/invoke HTTP/1.1\nauthorization: Bearer ${token}\r\n\r\n`,
    }),
  },
  {
    name: 'folded-header',
    tried: 'A header folded over two lines',
    expected: NO_SUCH_PATH,
    request: raw('POST /tenant1/invoke', ['x-note: a', ' authorization: Bearer other', 'content-length: 0'], ''),
  },
  {
    name: 'smuggling-cl-te',
    tried: 'Content-Length and Transfer-Encoding together, a request for the second tenant in the body',
    expected: NO_SUCH_PATH,
    request: (token, host) =>
      raw(
        'POST /tenant1/invoke',
        ['transfer-encoding: chunked', `content-length: ${hidden(token, host).length + 5}`],
        `0\r\n\r\n${hidden(token, host)}`,
      )(token, host),
  },
  {
    name: 'smuggling-te-te',
    tried: 'Two Transfer-Encoding headers, one of them obscured',
    expected: NO_SUCH_PATH,
    request: (token, host) =>
      raw(
        'POST /tenant1/invoke',
        ['transfer-encoding: chunked', 'transfer-encoding: x-custom'],
        `0\r\n\r\n${hidden(token, host)}`,
      )(token, host),
  },
  {
    name: 'smuggling-te-obscured',
    tried: 'A Transfer-Encoding with a vertical tab before its value',
    expected: NO_SUCH_PATH,
    request: (token, host) =>
      raw(
        'POST /tenant1/invoke',
        ['transfer-encoding:\u000bchunked', 'content-length: 4'],
        `0\r\n\r\n${hidden(token, host)}`,
      )(token, host),
  },
  {
    name: 'smuggling-two-lengths',
    tried: 'Two Content-Length headers that differ',
    expected: NO_SUCH_PATH,
    request: (token, host) =>
      raw(
        'POST /tenant1/invoke',
        [`content-length: ${BODY.length}`, `content-length: ${BODY.length + hidden(token, host).length}`],
        BODY + hidden(token, host),
      )(token, host),
  },
  {
    name: 'smuggling-get-body',
    tried: 'A GET with a body that is a request for the second tenant',
    expected: ['loadBalancerRequest'],
    request: (token, host) =>
      raw('GET /tenant1/models', [`content-length: ${hidden(token, host).length}`], hidden(token, host))(token, host),
  },
  {
    name: 'smuggling-chunk-size',
    tried: 'A chunk size that is no number',
    expected: NO_SUCH_PATH,
    request: (token, host) =>
      raw('POST /tenant1/invoke', ['transfer-encoding: chunked'], `zz\r\n${hidden(token, host)}`)(token, host),
  },
  {
    name: 'pipelined',
    tried: 'A second request, for the second tenant, sent on the same connection right behind the first',
    expected: [],
    remark:
      'Each request on a connection is judged by itself: the first is the tenant’s own, the second is refused as `paths/other-tenant` is.',
    request: (token, host) =>
      raw('POST /tenant1/invoke', [`content-length: ${BODY.length}`], BODY + hidden(token, host))(token, host),
  },
]
