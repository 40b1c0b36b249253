/** Requests that HTTP/2 calls malformed, and that a gateway that forwards them as HTTP/1.1 would read as other requests. */

import type { Layer } from '../layers.ts'
import type { Http2Request } from '../testbed/raw-request.ts'
import { hidden, type PathAttempt } from './smuggling.ts'

const BODY = JSON.stringify({ prompt: 'Who are you?' })
const MALFORMED: readonly Layer[] = ['loadBalancerRequest']

const DROPPED =
  'The stand-in’s parser drops the header, where RFC 9113 allows to refuse the request; a function gets headers as JSON, in which a line break begins nothing.'

type Headers = Http2Request['headers']

/** The tenant's own request with a change that makes it malformed. */
const over =
  (
    change: (headers: Headers, token: string, host: string) => Headers,
    body: (token: string, host: string) => string = () => BODY,
  ): PathAttempt['request'] =>
  (token, host) => ({
    target: '',
    http2: {
      headers: change(
        [
          [':method', 'POST'],
          [':scheme', 'https'],
          [':path', '/tenant1/invoke'],
          [':authority', host],
          ['user-agent', 'isolation-matrix'],
          ['authorization', `Bearer ${token}`],
          ['content-type', 'application/json'],
        ],
        token,
        host,
      ),
      body: body(token, host),
    },
  })

const and =
  (...more: Headers) =>
  (headers: Headers): Headers => [...headers, ...more]
const onPath =
  (path: string) =>
  (headers: Headers): Headers =>
    headers.map(([name, value]) => [name, name === ':path' ? path : value])

export const http2: readonly PathAttempt[] = [
  {
    name: 'http2-other-tenant',
    tried: "HTTP/2: the second tenant's path, plainly",
    expected: ['loadBalancerToken', 'tenantMatch'],
    request: over(onPath('/tenant2/invoke')),
  },
  {
    name: 'http2-original-url',
    tried: 'HTTP/2: X-Original-URL that names the second tenant',
    expected: [],
    remark: 'Well formed, and no such header is read: what the others here are but for their mistake is served.',
    request: over(and(['x-original-url', '/tenant2/invoke'])),
  },
  {
    name: 'http2-transfer-encoding',
    tried: 'HTTP/2: Transfer-Encoding, and a request for the second tenant behind a last chunk',
    expected: MALFORMED,
    request: over(and(['transfer-encoding', 'chunked']), (token, host) => `0\r\n\r\n${hidden(token, host)}`),
  },
  {
    name: 'http2-content-length',
    tried: 'HTTP/2: a Content-Length shorter than the data, whose rest is a request for the second tenant',
    expected: MALFORMED,
    request: over(and(['content-length', String(BODY.length)]), (token, host) => BODY + hidden(token, host)),
  },
  {
    name: 'http2-line-break-in-value',
    tried: 'HTTP/2: a header value with a line break and a second Host behind it',
    expected: [],
    remark: DROPPED,
    request: over(and(['x-note', 'a\r\nhost: tenant2.example.com'])),
  },
  {
    name: 'http2-line-break-in-name',
    tried: 'HTTP/2: a header name with a colon and a line break in it',
    expected: [],
    remark: DROPPED,
    request: over(and(['x-note: a\r\nx-other', 'b'])),
  },
  {
    name: 'http2-request-in-path',
    tried: 'HTTP/2: a path with a whole request for the second tenant in it',
    expected: MALFORMED,
    request: over((headers, token, host) =>
      onPath(`/tenant1/invoke HTTP/1.1\r\nhost: ${host}\r\n\r\n${hidden(token, host)}`)(headers),
    ),
  },
  {
    name: 'http2-request-in-method',
    tried: 'HTTP/2: a method with a request line for the second tenant in it',
    expected: MALFORMED,
    request: over((headers) =>
      headers.map(([name, value]) => [name, name === ':method' ? 'POST /tenant2/invoke HTTP/1.1\r\nx: ' : value]),
    ),
  },
  {
    name: 'http2-two-paths',
    tried: 'HTTP/2: two paths, the second one of the second tenant',
    expected: MALFORMED,
    request: over((headers) =>
      headers.flatMap((header) => (header[0] === ':path' ? [header, [':path', '/tenant2/invoke']] : [header])),
    ),
  },
  {
    name: 'http2-late-path',
    tried: 'HTTP/2: a path of the second tenant behind the headers',
    expected: MALFORMED,
    request: over(and([':path', '/tenant2/invoke'])),
  },
  {
    name: 'http2-two-hosts',
    tried: 'HTTP/2: a Host that is not the authority',
    expected: MALFORMED,
    request: over(and(['host', 'tenant2.genai.example.com'])),
  },
  {
    name: 'http2-upper-case',
    tried: 'HTTP/2: a header name in upper case beside its own in lower case',
    expected: MALFORMED,
    request: over(and(['Authorization', 'Bearer other'])),
  },
  {
    name: 'http2-connection',
    tried: 'HTTP/2: a Connection header that would have the Authorization header dropped on the way',
    expected: MALFORMED,
    request: over(and(['connection', 'authorization'])),
  },
]
