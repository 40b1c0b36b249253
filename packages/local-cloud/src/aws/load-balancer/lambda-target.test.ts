/** The event that a function gets, and what becomes of its answer. */
import { afterEach, describe, expect, test } from 'vitest'
import { AwsError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import {
  balancer,
  type FixtureOptions,
  FORWARD,
  FUNCTION_ARN,
  listener,
  paths,
  rule,
  startLoadBalancer,
  TARGET_GROUP_ARN,
  targetGroup,
} from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLoadBalancer>>
const running: Fixture[] = []

async function start(
  options: FixtureOptions = {},
  more: readonly Declared[] = targetGroup(),
  attributes: Properties = {},
) {
  const fixture = await startLoadBalancer(
    [
      balancer({ dropInvalidHeaderFields: true, ...attributes }),
      listener('HTTPS'),
      rule(1, [paths('/tenant1/*')], [FORWARD]),
      ...more,
    ],
    options,
  )
  running.push(fixture)
  return { ...fixture, ...(await fixture.open()) }
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

const lastEvent = ({ invocations }: Fixture) => JSON.parse(invocations.at(-1)?.payload ?? 'null')

describe('the event', () => {
  test('with single values: the last of each name counts, the query is not decoded', async () => {
    const fixture = await start()
    const body = '{"prompt":"ü"}'
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Two': ['1', '2'],
      X_Invalid: 'dropped',
      Connection: 'keep-alive',
      'X-Forwarded-For': '203.0.113.7',
      'X-Forwarded-Proto': 'gopher',
      'X-Forwarded-Port': '1',
    }
    expect(await fixture.send('/tenant1/a%20b?x=1&x=%202&y', { method: 'POST', headers, body })).toMatchObject({
      status: 200,
      body: 'from the function',
    })
    const event = lastEvent(fixture)
    expect(event).toEqual({
      requestContext: { elb: { targetGroupArn: TARGET_GROUP_ARN } },
      httpMethod: 'POST',
      path: '/tenant1/a%20b',
      queryStringParameters: { x: '%202', y: '' },
      headers: {
        host: 'genai.example.com',
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        'x-two': '2',
        'x-forwarded-for': '203.0.113.7, 198.51.100.10',
        'x-forwarded-proto': 'https',
        'x-forwarded-port': '443',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      },
      body,
      isBase64Encoded: false,
    })
    expect(fixture.invocations.at(-1)).toMatchObject({
      functionArn: FUNCTION_ARN,
      caller: {
        kind: 'service',
        principal: 'elasticloadbalancing.amazonaws.com',
        sourceArn: TARGET_GROUP_ARN,
        sourceAccount: '111111111111',
      },
      traceId: event.headers['x-amzn-trace-id'],
    })
  })

  test('with several values, when the target group says so', async () => {
    const fixture = await start({}, targetGroup({ lambdaMultiValueHeadersEnabled: true }))
    await fixture.send('/tenant1/?x=1&x=2', { headers: { 'X-Two': ['1', '2'] } })
    const event = lastEvent(fixture)
    expect(event).not.toHaveProperty('headers')
    expect(event).not.toHaveProperty('queryStringParameters')
    expect(event.multiValueQueryStringParameters).toEqual({ x: ['1', '2'] })
    expect(event.multiValueHeaders).toMatchObject({ host: ['genai.example.com'], 'x-two': ['1', '2'] })
    expect(event).toMatchObject({ body: '', isBase64Encoded: false })
  })

  test.each([
    ['text/plain', {}, false],
    ['application/json', {}, false],
    ['application/javascript', {}, false],
    ['application/xml', {}, false],
    ['application/jsonlines', {}, true],
    ['application/octet-stream', {}, true],
    ['application/json', { 'content-encoding': 'gzip' }, true],
    [undefined, {}, true],
  ])('a body of the type %s %j is base64: %s', async (type, headers, encoded) => {
    const fixture = await start()
    await fixture.send('/tenant1/', {
      method: 'POST',
      headers: { ...headers, ...(type && { 'content-type': type }) },
      body: 'abc',
    })
    expect(lastEvent(fixture)).toMatchObject({ body: encoded ? 'YWJj' : 'abc', isBase64Encoded: encoded })
  })

  test('over HTTP/2 it is the same, with the authority as host and cookies in one', async () => {
    const fixture = await start()
    const headers = { ':method': 'POST', 'content-type': 'text/plain', cookie: ['a=1', 'b=2'] as unknown as string }
    await fixture.sendHttp2('/tenant1/x?q=1', headers, 'hello')
    expect(lastEvent(fixture)).toMatchObject({
      httpMethod: 'POST',
      path: '/tenant1/x',
      queryStringParameters: { q: '1' },
      headers: { host: `localhost:${fixture.port}`, cookie: 'a=1; b=2' },
      body: 'hello',
    })
    expect(Object.keys(lastEvent(fixture).headers).filter((name) => name.startsWith(':'))).toEqual([])
  })

  test('a tracing header of the client is kept and added to', async () => {
    const fixture = await start()
    await fixture.send('/tenant1/', {
      headers: { 'x-amzn-trace-id': 'Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Own=1' },
    })
    expect(lastEvent(fixture).headers['x-amzn-trace-id']).toMatch(
      /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Own=1$/,
    )
  })

  test.each([
    ['preserve', '203.0.113.7'],
    ['remove', undefined],
  ])('X-Forwarded-For can be told to %s', async (xffHeaderProcessingMode, expected) => {
    const fixture = await start({}, targetGroup(), { xffHeaderProcessingMode })
    await fixture.send('/tenant1/', { headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(lastEvent(fixture).headers['x-forwarded-for']).toBe(expected)
  })
})

describe('the answer', () => {
  const answering = (response: unknown) =>
    start({ invoke: () => ({ requestId: 'request-1', payload: JSON.stringify(response) ?? 'null' }) })

  test('status, headers, and a body in base64', async () => {
    const { send } = await answering({
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain', 'X-Own': '1', Connection: 'close', 'content-length': '999' },
      body: Buffer.from('binär').toString('base64'),
      isBase64Encoded: true,
    })
    expect(await send('/tenant1/')).toMatchObject({
      status: 201,
      body: 'binär',
      headers: { 'content-type': 'text/plain', 'x-own': '1', 'content-length': '6', server: 'awselb/2.0' },
    })
  })

  test('without a type it is bytes; HEAD has no body', async () => {
    const { send } = await answering({ statusCode: 200, body: 'abc' })
    expect((await send('/tenant1/')).headers['content-type']).toBe('application/octet-stream')
    expect(await send('/tenant1/', { method: 'HEAD' })).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '3' },
    })
  })

  test('several values, when the target group says so, and only then', async () => {
    const multiValueHeaders = { 'Set-Cookie': ['a=1', 'b=2'] }
    const invoke = () => ({ requestId: 'r', payload: JSON.stringify({ statusCode: 200, multiValueHeaders }) })
    const several = await start({ invoke }, targetGroup({ lambdaMultiValueHeadersEnabled: true }))
    expect((await several.send('/tenant1/')).headers['set-cookie']).toEqual(['a=1', 'b=2'])
    const single = await start({ invoke })
    expect((await single.send('/tenant1/')).headers).not.toHaveProperty('set-cookie')
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'hello'],
    ['a list', []],
    ['no status', { body: 'x' }],
    ['a status as text', { statusCode: '200' }],
    ['a status out of range', { statusCode: 99 }],
    ['an informational status', { statusCode: 101 }],
    ['a body that is an object', { statusCode: 200, body: { a: 1 } }],
    ['a header that is a number', { statusCode: 200, headers: { a: 1 } }],
    ['a header with a line break', { statusCode: 200, headers: { a: 'x\r\nSet-Cookie: b' } }],
    ['a header name with a space', { statusCode: 200, headers: { 'a b': 'x' } }],
    ['isBase64Encoded as text', { statusCode: 200, isBase64Encoded: 'true' }],
    ['headers over 32 KB', { statusCode: 200, headers: { a: 'x'.repeat(33_000) } }],
  ])('%s is an invalid response: 502', async (_, response) => {
    const { send, events } = await answering(response)
    const reply = await send('/tenant1/')
    expect(reply).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } })
    expect(reply.body).toContain('<center><h1>502 Bad Gateway</h1></center>')
    expect(events.at(-1)).toMatchObject({ errorReason: 'LambdaInvalidResponse', targetFunction: FUNCTION_ARN })
  })

  test('a response of over 1 MB is 502; of just under, it passes', async () => {
    const { send, events } = await answering({ statusCode: 200, body: 'x'.repeat(1024 * 1024) })
    expect((await send('/tenant1/')).status).toBe(502)
    expect(events.at(-1)?.errorReason).toBe('LambdaResponseTooLarge')
    const small = await answering({ statusCode: 200, body: 'x'.repeat(1024 * 1024 - 100) })
    expect((await small.send('/tenant1/')).body).toHaveLength(1024 * 1024 - 100)
  })

  test('a request body of over 1 MB is 413, and the function is not asked; one of 1 MB passes', async () => {
    const { send, invocations, sendHttp2 } = await answering({ statusCode: 200 })
    const headers = { 'content-type': 'text/plain' }
    const body = 'x'.repeat(1024 * 1024 + 1)
    expect((await send('/tenant1/', { method: 'POST', headers, body })).status).toBe(413)
    expect((await sendHttp2('/tenant1/', { ':method': 'POST', ...headers }, body)).status).toBe(413)
    expect(invocations).toEqual([])
    expect((await send('/tenant1/', { method: 'POST', headers, body: body.slice(1) })).status).toBe(200)
  })

  test.each([
    [new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429), 'LambdaThrottling'],
    [new AwsError('AccessDeniedException', 'no', 403), 'LambdaAccessDenied'],
    [new AwsError('ResourceNotFoundException', 'gone', 404), 'LambdaServiceException'],
  ])('%s is 502', async (error, errorReason) => {
    const { send, events } = await start({
      invoke: () => {
        throw error
      },
    })
    expect((await send('/tenant1/')).status).toBe(502)
    expect(events.at(-1)).toMatchObject({ errorReason })
  })

  test("a function's error is 502, and says nothing of it", async () => {
    const payload = '{"errorMessage":"secret of the function","errorType":"Error"}'
    const { send, events } = await start({ invoke: () => ({ requestId: 'r', payload, functionError: 'Unhandled' }) })
    const reply = await send('/tenant1/')
    expect(reply.status).toBe(502)
    expect(reply.body).not.toContain('secret')
    expect(events.at(-1)).toMatchObject({ errorReason: 'LambdaUnhandled', lambdaRequestId: 'r' })
  })

  test('a target group without a function is 503', async () => {
    const { send } = await start({}, targetGroup().slice(0, 1))
    expect((await send('/tenant1/')).status).toBe(503)
  })

  test.each<[Properties, RegExp]>([
    [{ targetType: 'alb' }, /target groups of the type alb/],
    [{ healthCheck: { enabled: true } }, /health checks/],
  ])('%j is not supported, and that is said', async (attributes, said) => {
    const { send } = await start({}, targetGroup(attributes))
    expect(await send('/tenant1/')).toMatchObject({ status: 500, body: expect.stringMatching(said) })
  })
})
