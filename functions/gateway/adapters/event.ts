/**
 * Load balancer events ↔ requests and answers.
 *
 * The load balancer passes path and query string as the client sent them, still encoded, and headers in one of two forms:
 * one value each (the last one wins, so that a second Authorization header is invisible) or all values, where the target
 * group says so. The answer must be in the form of the event.
 */

import { STATUS_CODES } from 'node:http'
import { isMap } from '../../../shared/is-map.ts'
import { LOAD_BALANCER_BYTES } from '../constants.ts'
import { GatewayError } from '../errors.ts'
import { type Answer, type AnswerStream, headersOf, type IncomingRequest } from '../http.ts'

export interface LoadBalancerResult {
  readonly statusCode: number
  readonly statusDescription: string
  readonly headers?: Readonly<Record<string, string>>
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** What is known about a request even if the rest of the event cannot be read. */
export interface EventTarget {
  readonly method: string
  readonly path: string
}

type Fields = Readonly<Record<string, unknown>>

/** The path belongs to no particular host, so any origin will do. */
const ORIGIN = 'https://gateway.invalid'
/** What RFC 3986 lets a path hold, encoded. */
const PATH = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/
const METHOD = /^[A-Z]{1,20}$/

export function targetOf(event: unknown): EventTarget {
  const { httpMethod, path } = isMap(event) ? event : {}
  return { method: typeof httpMethod === 'string' ? httpMethod : '', path: typeof path === 'string' ? path : '' }
}

/** The request, or the error that explains why the event cannot be read. Never throws. */
export function toRequest(event: unknown): IncomingRequest | GatewayError {
  try {
    return buildRequest(event)
  } catch (cause) {
    return cause instanceof GatewayError ? cause : malformed('it is not a load balancer event', cause)
  }
}

function buildRequest(event: unknown): IncomingRequest {
  if (!isMap(event)) throw malformed('it is not a load balancer event')
  const { method, path } = targetOf(event)
  const target = readTarget(method, path, queryOf(event))
  const headers = headersOf(readHeaders(event))
  const body = bodyOf(event)
  if (body.byteLength > LOAD_BALANCER_BYTES) {
    throw new GatewayError(
      'body_too_large',
      `The body has ${body.byteLength} bytes; ${LOAD_BALANCER_BYTES} are allowed. Send a shorter prompt or smaller images.`,
    )
  }
  if ((method === 'GET' || method === 'HEAD') && body.byteLength > 0) throw malformed(`${method} takes no body`)
  return { method, ...target, headers, body: async () => body }
}

/** @throws GatewayError for a path that could be read as another one, or an unsupported method */
export function readTarget(method: string, path: string, search: string): Pick<IncomingRequest, 'path' | 'query'> {
  if (!METHOD.test(method)) throw malformed('the method is missing or odd')
  if (!PATH.test(path)) throw malformed('the path is missing or holds characters that must be encoded')
  const url = new URL(`${ORIGIN}${path}${search}`)
  // The load balancer chose its rule by the path as it was sent. A path that becomes another one when it is normalised is refused.
  if (url.pathname !== path) throw malformed('the path must not hold "." or ".." segments')
  if (method === 'CONNECT' || method === 'TRACE' || method === 'TRACK') {
    throw new GatewayError('method_not_allowed', 'This method is not allowed.', { headers: { allow: 'GET, POST' } })
  }
  return { path, query: url.searchParams }
}

function queryOf(event: Fields): string {
  const all = event.multiValueQueryStringParameters ?? event.queryStringParameters ?? {}
  if (!isMap(all)) throw malformed('the query string is not an object')
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    texts(value, 'a query parameter').map((one) => `${name}=${one}`),
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** What RFC 9110 lets a header's name and value hold. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

function readHeaders(event: Fields): ReadonlyMap<string, string> {
  const all = event.multiValueHeaders ?? event.headers ?? {}
  if (!isMap(all)) throw malformed('the headers are not an object')
  const headers = new Map<string, string>()
  for (const [given, value] of Object.entries(all)) {
    const values = texts(value, 'a header')
    if (!HEADER_NAME.test(given)) throw malformed('the name of a header is odd')
    const name = given.toLowerCase()
    // If two headers were merged, the gateway and the load balancer could read different tokens from them.
    if (name === 'authorization' && (values.length > 1 || headers.has(name))) {
      throw new GatewayError(
        'authorization_ambiguous',
        'There is more than one Authorization header. Send exactly one.',
      )
    }
    for (const one of values) {
      if (!HEADER_VALUE.test(one)) throw malformed('the value of a header holds characters that it must not')
      const before = headers.get(name)
      headers.set(name, before === undefined ? one.trim() : `${before}, ${one.trim()}`)
    }
  }
  return headers
}

function bodyOf(event: Fields): Uint8Array {
  const { body, isBase64Encoded } = event
  if (body === undefined || body === null || body === '') return new Uint8Array()
  if (typeof body !== 'string') throw malformed('the body is not a text')
  if (isBase64Encoded !== true) return new TextEncoder().encode(body)
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) {
    throw new GatewayError('body_encoding_invalid', 'The body is not valid base64.')
  }
  return Buffer.from(body, 'base64')
}

function texts(value: unknown, what: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.map((one) => {
    if (typeof one !== 'string') throw malformed(`${what} is not a text`)
    return one
  })
}

/** An answer in the form of the load balancer: complete, and at most 1 MB. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/**
 * Streams are collected: the client gets the same bytes, but later.
 * @throws GatewayError `answer_too_large`
 */
export async function sendWhole({ status, headers, body: given }: Answer): Promise<WholeAnswer> {
  const isBase64Encoded = !/^(application\/json|text\/)/.test(headers['content-type'] ?? '')
  const encoding = isBase64Encoded ? 'base64' : 'utf8'
  const body = typeof given === 'string' ? given : (await collected(given)).toString(encoding)
  if (fitsLoadBalancer(body)) return { status, headers, body, isBase64Encoded }
  throw new GatewayError(
    'answer_too_large',
    "The model's answer is over 1 MB, the most the load balancer passes on. Ask for fewer maxTokens or smaller images.",
  )
}

async function collected(pieces: AnswerStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const piece of pieces) chunks.push(typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece))
  return Buffer.concat(chunks)
}

/** The answer in the form of the event. */
export function toResult({ status, headers, body, isBase64Encoded }: WholeAnswer, event: unknown): LoadBalancerResult {
  const result = {
    statusCode: status,
    statusDescription: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    body,
    isBase64Encoded,
  }
  return isMap(event) && isMap(event.multiValueHeaders)
    ? {
        ...result,
        multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      }
    : { ...result, headers }
}

/** Room for headers and the rest of the answer. */
const ENVELOPE_BYTES = 4096

/** Whether an answer fits the load balancer, which counts the function's whole answer as JSON, with the body as an escaped text in it. */
export function fitsLoadBalancer(body: string): boolean {
  const most = LOAD_BALANCER_BYTES - ENVELOPE_BYTES
  // A UTF-16 unit has at most three bytes, or six when escaped, so short bodies need not be counted.
  return body.length * 6 <= most || Buffer.byteLength(JSON.stringify(body)) <= most
}

function malformed(why: string, cause?: unknown): GatewayError {
  return new GatewayError('request_malformed', `The request cannot be read: ${why}.`, { cause })
}
