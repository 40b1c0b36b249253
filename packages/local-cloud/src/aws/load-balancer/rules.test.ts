/** Which rule a request meets, and what its actions answer. */
import { afterEach, expect, test } from 'vitest'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { wildcard } from './declared/conditions.ts'
import {
  balancer,
  type FixtureOptions,
  fixed,
  HTTP_ARN,
  HTTPS_ARN,
  LAPTOP,
  listener,
  paths,
  rule,
  startLoadBalancer,
} from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLoadBalancer>>
const running: Fixture[] = []

async function start(resources: readonly Declared[], options: FixtureOptions = {}): Promise<Fixture> {
  const fixture = await startLoadBalancer([balancer(), listener('HTTPS'), ...resources], options)
  running.push(fixture)
  return fixture
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

test.each([
  ['/tenant1/*', '/tenant1/invoke', true],
  ['/tenant1/*', '/tenant1/', true],
  ['/tenant1/*', '/tenant1', false],
  ['/tenant1/*', '/tenant10/invoke', false],
  ['/tenant1/*', '/Tenant1/invoke', false],
  ['/tenant1/*', '/x/tenant1/invoke', false],
  ['/a?c', '/abc', true],
  ['/a?c', '/ac', false],
  ['*.png', '/a/b.png', true],
  ['*.png', '/a/bxpng', false],
  ['/a\\*b', '/a*b', true],
  ['/a\\*b', '/axb', false],
  ['/a(b)+$', '/a(b)+$', true],
])('the pattern %s and the path %s: %s', (pattern, path, expected) => {
  expect(wildcard(pattern, '').test(path)).toBe(expected)
})

test('the first rule by priority answers, whatever the order of declaration; none: the default', async () => {
  const { open } = await start([
    rule(20, [paths('/a/*')], [fixed('twenty')]),
    rule(3, [paths('/a/b/*')], [fixed('three')]),
    rule(100, [paths('/*')], [fixed('hundred')]),
  ])
  const { send, sendHttp2 } = await open()
  expect((await send('/a/b/c')).body).toBe('three')
  expect((await send('/a/c')).body).toBe('twenty')
  expect((await send('/z')).body).toBe('hundred')
  expect((await sendHttp2('/a/b/c')).body).toBe('three')
})

test('a request that meets no rule gets the default action', async () => {
  const { open, events } = await start([rule(1, [paths('/tenant1/*')], [fixed('one')])])
  const { send } = await open()
  expect(await send('/tenant1?x=/tenant1/y')).toMatchObject({
    status: 404,
    body: '{"error":"none"}',
    headers: { 'content-type': 'application/json', server: 'awselb/2.0' },
  })
  expect(events.at(-1)).toMatchObject({ ruleArn: 'default', status: 404, target: '/tenant1', method: 'GET' })
})

test.each<[string, Properties, Parameters<Awaited<ReturnType<Fixture['open']>>['send']>, boolean]>([
  ['method', { httpRequestMethod: { values: ['OPTIONS'] } }, ['/', { method: 'OPTIONS' }], true],
  ['method', { httpRequestMethod: { values: ['OPTIONS'] } }, ['/', { method: 'GET' }], false],
  ['host', { hostHeader: { values: ['*.EXAMPLE.com'] } }, ['/', { headers: { host: 'genai.example.com:443' } }], true],
  ['host', { hostHeader: { values: ['*.example.com'] } }, ['/', { headers: { host: 'example.com' } }], false],
  [
    'header',
    { httpHeader: { httpHeaderName: 'X-Kind', values: ['a*'] } },
    ['/', { headers: { 'x-kind': 'ABC' } }],
    true,
  ],
  ['header', { httpHeader: { httpHeaderName: 'X-Kind', values: ['a*'] } }, ['/'], false],
  ['query', { queryStrings: [{ key: 'v', value: '1*' }] }, ['/?a=2&V=12'], true],
  ['query', { queryStrings: [{ key: 'v', value: '1*' }] }, ['/?v=2&w=12'], false],
  ['query', { queryStrings: [{ value: 'x' }] }, ['/?any=x'], true],
  ['source', { sourceIp: { values: ['198.51.100.0/24'] } }, ['/'], true],
  [
    'source',
    { sourceIp: { values: ['203.0.113.0/24'] } },
    ['/', { headers: { 'x-forwarded-for': '203.0.113.9' } }],
    false,
  ],
])('the condition %s %j of the request %j: %s', async (_, condition, sending, met) => {
  const { open } = await start([rule(1, [condition], [fixed('met')])])
  const { send } = await open()
  expect((await send(...sending)).status).toBe(met ? 200 : 404)
})

test('all conditions of a rule must be met', async () => {
  const { open } = await start([rule(1, [paths('/a'), { httpRequestMethod: { values: ['POST'] } }], [fixed('both')])])
  const { send } = await open()
  expect((await send('/a', { method: 'POST', body: 'x' })).body).toBe('both')
  expect((await send('/a')).status).toBe(404)
  expect((await send('/b', { method: 'POST', body: 'x' })).status).toBe(404)
})

test('a rule that is declared, changed or deleted counts from the next request on', async () => {
  const { open, ledger } = await start([])
  const { send } = await open()
  expect((await send('/a')).status).toBe(404)
  await ledger.put(rule(1, [paths('/a')], [fixed('new')]))
  expect((await send('/a')).body).toBe('new')
  await ledger.put(rule(1, [paths('/a')], [fixed('changed')]))
  expect((await send('/a')).body).toBe('changed')
  await ledger.delete(rule(1, [], []).urn)
  expect((await send('/a')).status).toBe(404)
})

test("redirects with the parts of the request, to the local port of the declared one's listener", async () => {
  const { open } = await start([
    listener('HTTP', {
      defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }],
    }),
    rule(
      1,
      [paths('/old/*')],
      [
        {
          type: 'redirect',
          redirect: {
            host: 'new.#{host}',
            path: '/v2/#{path}',
            query: 'from=#{port}&#{query}',
            statusCode: 'HTTP_302',
          },
        },
      ],
      HTTP_ARN,
    ),
  ])
  const plain = await open(HTTP_ARN)
  expect(await plain.send('/a/b?c=%20d&e')).toMatchObject({
    status: 301,
    headers: { location: 'https://genai.example.com:443/a/b?c=%20d&e' },
  })
  const { port } = await open(HTTPS_ARN)
  expect((await plain.send('/', { headers: { host: 'localhost:8080' } })).headers.location).toBe(
    `https://localhost:${port}/`,
  )
  expect(await plain.send('/old/x?q=1')).toMatchObject({
    status: 302,
    headers: { location: `http://new.genai.example.com:${plain.port}/v2/old/x?from=80&q=1` },
  })
})

test('a fixed response without a body, HEAD, and the headers that the listener adds', async () => {
  const { open } = await start([
    listener('HTTPS', {
      routingHttpResponseServerEnabled: false,
      routingHttpResponseStrictTransportSecurityHeaderValue: 'max-age=31536000',
      routingHttpResponseAccessControlAllowOriginHeaderValue: '*',
      routingHttpResponseXContentTypeOptionsHeaderValue: 'nosniff',
    }),
    rule(
      1,
      [{ httpRequestMethod: { values: ['OPTIONS'] } }],
      [{ type: 'fixed-response', fixedResponse: { statusCode: '204', contentType: 'text/plain' } }],
    ),
  ])
  const { send } = await open()
  const preflight = await send('/', { method: 'OPTIONS' })
  expect(preflight).toMatchObject({ status: 204, body: '' })
  expect(preflight.headers).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  })
  expect(preflight.headers).not.toHaveProperty('server')
  const head = await send('/', { method: 'HEAD' })
  expect(head).toMatchObject({ status: 404, body: '', headers: { 'content-length': '16' } })
})

test.each<[string, readonly Declared[]]>([
  ['the condition geo', [rule(1, [{ geo: { values: ['DE'] } }], [fixed('')])]],
  ['regexValues', [rule(1, [{ pathPattern: { regexValues: ['^/a'] } }], [fixed('')])]],
  ['the type authenticate-cognito', [rule(1, [paths('/*')], [{ type: 'authenticate-cognito' }])]],
  ['the TLS policy ELBSecurityPolicy-Own', [listener('HTTPS', { sslPolicy: 'ELBSecurityPolicy-Own' })]],
  ['preserveHostHeader', [balancer({ preserveHostHeader: true })]],
  ['mutualAuthentication', [listener('HTTPS', { mutualAuthentication: { mode: 'verify' } })]],
])('%s is refused by name when the listener is opened', async (name, resources) => {
  const { service } = await start(resources)
  await expect(service.open(LAPTOP, HTTPS_ARN)).rejects.toThrow(name)
})

test('what is declared later and not supported answers a loud 500', async () => {
  const { open, ledger, faults } = await start([])
  const { send } = await open()
  await ledger.put(rule(1, [paths('/*')], [{ type: 'authenticate-oidc' }]))
  const reply = await send('/')
  expect(reply.status).toBe(500)
  expect(reply.body).toContain('does not support a load balancer')
  expect(reply.body).toContain('authenticate-oidc')
  expect(faults).toHaveLength(1)
})
