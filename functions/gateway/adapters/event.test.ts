import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { AnswerStream, IncomingRequest } from '../http.ts'
import { fitsLoadBalancer, sendWhole, toRequest, toResult } from './event.ts'

const single = {
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/x/1' } },
  httpMethod: 'POST',
  path: '/tenant1/model/nova%2Dlite/converse',
  queryStringParameters: { a: 'b%20c', d: '' },
  headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
  body: '{"prompt":"grüße"}',
  isBase64Encoded: false,
}
const { headers: _, queryStringParameters: __, ...rest } = single
const multi = {
  ...rest,
  multiValueHeaders: { authorization: ['Bearer x'], accept: ['text/html', 'application/json'] },
  multiValueQueryStringParameters: { a: ['1', '2%262'] },
}

function request(event: unknown): IncomingRequest {
  const result = toRequest(event)
  if (result instanceof GatewayError) throw result
  return result
}

function code(event: unknown): string {
  const result = toRequest(event)
  return result instanceof GatewayError ? result.code : 'a request'
}

describe('event to request', () => {
  test('single-value headers; path and query stay encoded as sent', async () => {
    const made = request(single)
    expect(made.method).toBe('POST')
    expect(made.path).toBe('/tenant1/model/nova%2Dlite/converse')
    expect([...made.query]).toEqual([
      ['a', 'b c'],
      ['d', ''],
    ])
    expect(made.headers.get('authorization')).toBe('Bearer x')
    expect(Buffer.from(await made.body()).toString()).toBe('{"prompt":"grüße"}')
  })

  test('multi-value headers and parameters', () => {
    const made = request(multi)
    expect([...made.query]).toEqual([
      ['a', '1'],
      ['a', '2&2'],
    ])
    expect(made.headers.get('accept')).toBe('text/html, application/json')
  })

  test('a base64 body is decoded to the same bytes', async () => {
    const bytes = Buffer.from([0, 255, 128, 10, 34])
    const made = request({ ...single, body: bytes.toString('base64'), isBase64Encoded: true })
    expect(await made.body()).toEqual(bytes)
  })

  test.each([
    ['two values', { authorization: ['Bearer a', 'Bearer b'] }],
    ['twice the same', { authorization: ['Bearer a', 'Bearer a'] }],
    ['two spellings', { authorization: ['Bearer a'], Authorization: ['Bearer b'] }],
  ])('more than one Authorization header is refused, not merged: %s', (_name, multiValueHeaders) => {
    expect(code({ ...multi, multiValueHeaders })).toBe('authorization_ambiguous')
  })

  test.each([
    '/tenant1/../tenant2/invoke',
    '/tenant1/./invoke',
    '/tenant1/%2e%2e/tenant2/invoke',
    '/tenant1/%2E%2E/invoke',
    '/tenant1\\invoke',
    '/tenant1/in voke',
    '/tenänt1/invoke',
    '/tenant1/invoke#x',
    '/tenant1/invoke?x',
    'tenant1/invoke',
    'https://elsewhere.example/tenant1/invoke',
    '',
  ])('a path that would mean another one is refused: %s', (path) => {
    expect(code({ ...single, path })).toBe('request_malformed')
  })

  test.each(['//tenant1/invoke', '/tenant1//invoke', '/tenant1/%2Finvoke'])('kept as sent: %s', (path) => {
    expect(request({ ...single, path }).path).toBe(path)
  })

  test.each(['CONNECT', 'TRACE', 'TRACK'])('%s is answered, not thrown', (httpMethod) => {
    expect(code({ ...single, httpMethod })).toBe('method_not_allowed')
  })

  test.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['an array', []],
    ['no path', { ...single, path: undefined }],
    ['no method', { ...single, httpMethod: 7 }],
    ['headers a list', { ...single, headers: [] }],
    ['a header of numbers', { ...single, headers: { a: 1 } }],
    ['a header value with a line break', { ...single, headers: { a: 'b\r\nc: d' } }],
    ['a header name with a space', { ...single, headers: { 'a b': 'c' } }],
    ['a header value outside Latin-1', { ...single, headers: { a: '☃' } }],
    ['a body of another type', { ...single, body: {} }],
    ['GET with a body', { ...single, httpMethod: 'GET' }],
  ])('odd event: %s', (_name, event) => {
    expect(code(event)).toBe('request_malformed')
  })

  test.each(['abc', 'ab=c', '****', 'YWJj\n'])('bad base64 is named: %s', (body) => {
    expect(code({ ...single, body, isBase64Encoded: true })).toBe('body_encoding_invalid')
  })

  test('a body over 1 MB is refused, bytes counted and not characters', () => {
    const limit = 1024 * 1024
    expect(code({ ...single, body: 'x'.repeat(limit) })).toBe('a request')
    expect(code({ ...single, body: 'x'.repeat(limit + 1) })).toBe('body_too_large')
    expect(code({ ...single, body: 'ü'.repeat(600_000) })).toBe('body_too_large')
  })

  test('property: any value makes a request or an error of the list, and never throws', () => {
    const odd = fc.oneof(fc.anything(), fc.record({}, { noNullPrototype: false }))
    const event = fc.record(
      {
        httpMethod: fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'TRACE'), odd),
        path: fc.oneof(
          fc.webPath(),
          fc.string().map((text) => `/${text}`),
          odd,
        ),
        headers: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), odd)), odd),
        multiValueHeaders: fc.oneof(fc.dictionary(fc.string(), fc.array(fc.string())), odd),
        queryStringParameters: fc.oneof(fc.dictionary(fc.string(), fc.string()), odd),
        multiValueQueryStringParameters: odd,
        body: fc.oneof(fc.string({ unit: 'binary' }), odd),
        isBase64Encoded: fc.oneof(fc.boolean(), odd),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(event, odd), (value) => {
        const result = toRequest(value)
        if (result instanceof GatewayError) expect(result.status).toBeLessThan(500)
        else expect(result.path).toMatch(/^\//)
      }),
      { numRuns: 500 },
    )
  })

  test('property: any bytes arrive unchanged, as text or as base64', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.string({ unit: 'grapheme' }), async (bytes, text) => {
        const encoded = request({ ...single, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true })
        expect(new Uint8Array(await encoded.body())).toEqual(bytes)
        const plain = request({ ...single, body: text })
        expect(new TextDecoder().decode(await plain.body())).toBe(
          new TextDecoder().decode(new TextEncoder().encode(text)),
        )
      }),
    )
  })
})

async function* piecesOf(pieces: readonly (string | Uint8Array)[]) {
  yield* pieces
}
const streamOf = (pieces: readonly (string | Uint8Array)[]) => piecesOf(pieces) as unknown as AnswerStream

describe('an answer sent whole', () => {
  const sse = { 'content-type': 'text/event-stream; charset=utf-8' }
  const frames = { 'content-type': 'application/vnd.amazon.eventstream' }

  test('a stream is collected: text as text, frames as base64', async () => {
    const stream = (...pieces: (string | Uint8Array)[]) => streamOf(pieces)
    const whole = await sendWhole({ status: 200, headers: sse, body: stream('data: 1\n\n') })
    expect(toResult(whole, single)).toMatchObject({ body: 'data: 1\n\n', isBase64Encoded: false })
    const binary = await sendWhole({
      status: 200,
      headers: frames,
      body: stream(new Uint8Array([0, 255])),
    })
    expect(toResult(binary, single)).toMatchObject({ body: 'AP8=', isBase64Encoded: true })
  })

  test.each([
    ['text', 'x'.repeat(1_100_000), sse],
    ['frames', 'x'.repeat(800_000), frames],
  ])('%s that the load balancer would not take is an error', async (_name, body, headers) => {
    await expect(sendWhole({ status: 200, headers, body: streamOf([body]) })).rejects.toMatchObject({
      code: 'answer_too_large',
    })
  })
})

describe('response to result', () => {
  const response = () => ({
    status: 200,
    headers: { 'x-request-id': 'r', 'content-type': 'application/json' },
    body: '{"a":1}',
  })

  test('headers in the form of the event', async () => {
    expect(toResult(await sendWhole(response()), single)).toMatchObject({
      statusCode: 200,
      statusDescription: '200 OK',
      body: '{"a":1}',
      isBase64Encoded: false,
      headers: { 'x-request-id': 'r' },
    })
    const result = toResult(await sendWhole(response()), multi)
    expect(result.multiValueHeaders?.['x-request-id']).toEqual(['r'])
    expect(result.headers).toBeUndefined()
  })

  test('the whole answer as JSON must stay under 1 MB, escapes counted', () => {
    const limit = 1024 * 1024
    expect(fitsLoadBalancer('x'.repeat(limit - 5000))).toBe(true)
    expect(fitsLoadBalancer('x'.repeat(limit))).toBe(false)
    expect(fitsLoadBalancer('"'.repeat(limit / 2))).toBe(false)
    expect(fitsLoadBalancer('ü'.repeat(limit / 2))).toBe(false)
    expect(fitsLoadBalancer('"'.repeat(limit / 2 - 5000))).toBe(true)
  })
})
