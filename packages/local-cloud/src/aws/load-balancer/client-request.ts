/** A client's request as the load balancer reads it: limits, invalid headers, and ambiguities that request smuggling uses. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { MAX_FORWARDED_ADDRESSES, MAX_HEADER_BYTES, MAX_HEADERS_BYTES, MAX_REQUEST_LINE_BYTES } from './constants.ts'
import type { Balancer } from './declared/balancer.ts'

export interface ClientRequest {
  readonly method: string
  /** As sent, without the query string; not decoded. */
  readonly path: string
  /** Without `?`, as sent. */
  readonly queryString: string
  readonly query: readonly (readonly [key: string, value: string])[]
  /** Host header, with port as sent. */
  readonly host: string
  /** Without port. */
  readonly hostName: string
  /** Names in lower case, in the order in which they were sent. Repeated headers are kept apart; dropped headers are left out. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly httpVersion: string
  readonly protocol: 'http' | 'https'
  readonly clientAddress: string
  readonly clientPort: number
}

/** A request that the load balancer answers itself. */
export interface BadRequest {
  readonly status: 400 | 405 | 414 | 417 | 463
  readonly reason: string
}

export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

export interface Client {
  readonly address: string
  readonly port: number
  readonly protocol: 'http' | 'https'
}

export function readRequest(incoming: Incoming, balancer: Balancer, client: Client): ClientRequest | BadRequest {
  const { method = '', url = '' } = incoming
  if (method === 'TRACE') return { status: 405, reason: 'TRACE' }
  const { target, authority } = originForm(url)
  if (Buffer.byteLength(`${method} ${url} HTTP/1.1`) > MAX_REQUEST_LINE_BYTES)
    return { status: 414, reason: 'The request line is over 16 KB.' }
  const sent = headersOf(incoming)
  const oversized = tooLarge(sent)
  if (oversized !== undefined) return { status: 400, reason: oversized }
  const expected = sent.find(([name]) => name === 'expect')?.[1]
  // AWS does not document its answer; this is HTTP's own.
  if (expected !== undefined && expected.toLowerCase() !== '100-continue')
    return { status: 417, reason: 'An expectation other than 100-continue.' }
  const ambiguous = ambiguity(method, sent, incoming.httpVersionMajor, balancer)
  if (ambiguous !== undefined) return { status: 400, reason: ambiguous }
  const headers = balancer.dropInvalidHeaderFields ? sent.filter(([name]) => /^[a-z0-9-]+$/.test(name)) : sent
  if (forwardedAddresses(headers) > MAX_FORWARDED_ADDRESSES)
    return { status: 463, reason: `X-Forwarded-For has more than ${MAX_FORWARDED_ADDRESSES} addresses.` }
  const host = authority ?? headers.find(([name]) => name === 'host')?.[1] ?? ''
  return {
    method,
    ...partsOf(target),
    host,
    hostName: host.replace(/:\d+$/, ''),
    headers,
    httpVersion: incoming.httpVersion,
    protocol: client.protocol,
    clientAddress: client.address,
    clientPort: client.port,
  }
}

/** HTTP/1.1 also allows `GET http://host/path`; the host in it is then the request's host. */
function originForm(url: string): { readonly target: string; readonly authority?: string } {
  const absolute = /^https?:\/\/([^/?]*)(.*)$/is.exec(url)
  if (!absolute) return { target: url }
  const [, authority = '', rest = ''] = absolute
  return { target: rest.startsWith('/') ? rest : `/${rest}`, authority }
}

function headersOf(incoming: Incoming): readonly (readonly [string, string])[] {
  const headers: [string, string][] = []
  const { rawHeaders } = incoming
  const cookies: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index]?.toLowerCase(), rawHeaders[index + 1]]
    if (name === ':authority') headers.push(['host', value])
    else if (name === 'cookie' && incoming.httpVersionMajor === 2) cookies.push(value)
    else if (!name.startsWith(':')) headers.push([name, value])
  }
  // HTTP/2 lets a client send a cookie in pieces.
  return cookies.length > 0 ? [...headers, ['cookie', cookies.join('; ')]] : headers
}

function tooLarge(headers: readonly (readonly [string, string])[]): string | undefined {
  const sizes = headers.map(([name, value]) => name.length + value.length + ': \r\n'.length)
  if (sizes.some((size) => size > MAX_HEADER_BYTES)) return 'A header is over 16 KB.'
  return sizes.reduce((sum, size) => sum + size, 0) > MAX_HEADERS_BYTES ? 'The headers are over 64 KB.' : undefined
}

/**
 * Node's parser has refused by now what is dangerous in any mode: both lengths, two lengths, a bare line feed, white space
 * before a colon. `strictest` also refuses what HTTP's specification leaves open; the classes are those that AWS's desync
 * mitigation names.
 */
function ambiguity(
  method: string,
  headers: readonly (readonly [string, string])[],
  httpVersion: number,
  { desyncMitigationMode }: Balancer,
): string | undefined {
  if (new Set(headers.filter(([name]) => name === 'host').map(([, value]) => value)).size > 1) return 'Two hosts.'
  if (desyncMitigationMode !== 'strictest') return undefined
  if (headers.some(([, value]) => /[^\t\x20-\x7e]/.test(value))) return 'NonCompliantHeader'
  const has = (wanted: string) => headers.find(([name]) => name === wanted)?.[1]
  if (httpVersion === 1 && (method === 'GET' || method === 'HEAD')) {
    if (has('transfer-encoding') !== undefined) return 'UndefinedTransferEncodingSemantics'
    const length = has('content-length')
    if (length !== undefined) return length === '0' ? 'GetHeadZeroContentLength' : 'UndefinedContentLengthSemantics'
  }
  return undefined
}

const forwardedAddresses = (headers: readonly (readonly [string, string])[]) =>
  headers.filter(([name]) => name === 'x-forwarded-for').flatMap(([, value]) => value.split(',')).length

/** A request's target in its parts, as sent. */
export function partsOf(target: string): Pick<ClientRequest, 'path' | 'queryString' | 'query'> {
  const mark = target.indexOf('?')
  const queryString = mark < 0 ? '' : target.slice(mark + 1)
  return { path: mark < 0 ? target : target.slice(0, mark), queryString, query: pairs(queryString) }
}

function pairs(queryString: string): readonly (readonly [string, string])[] {
  return queryString
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const mark = pair.indexOf('=')
      return mark < 0 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)]
    })
}
