/** AWS WAF before the load balancer, and the access log. */
import { afterEach, expect, test } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { declared } from '../lambda/testing.ts'
import {
  BALANCER_ARN,
  balancer,
  FORWARD,
  fixed,
  HTTPS_ARN,
  LAPTOP,
  listener,
  paths,
  rule,
  startLoadBalancer,
  targetGroup,
} from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLoadBalancer>>
const running: Fixture[] = []

const ACL_ARN = 'arn:aws:wafv2:us-east-1:111111111111:regional/webacl/genai-hub/1'
const acl = (rules: readonly Properties[], more: Properties = {}) => [
  declared('aws:wafv2/webAcl:WebAcl', 'acl', { arn: ACL_ARN, rules, defaultAction: { allow: {} }, ...more }),
  declared('aws:wafv2/webAclAssociation:WebAclAssociation', 'association', {
    resourceArn: BALANCER_ARN,
    webAclArn: ACL_ARN,
  }),
]
const rate = (limit: number, more: Properties = {}): Properties => ({
  name: 'rate',
  priority: 0,
  action: { block: {} },
  statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP', evaluationWindowSec: 300 } },
  ...more,
})
const managed = (name: string, counted: readonly string[] = [], more: Properties = {}): Properties => ({
  name,
  priority: 1,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ruleActionOverrides: counted.map((one) => ({ name: one, actionToUse: { count: {} } })),
    },
  },
  ...more,
})

async function start(rules: readonly Properties[], more: Properties = {}, attributes: Properties = {}) {
  const fixture = await startLoadBalancer([
    balancer(attributes),
    listener('HTTPS'),
    rule(1, [paths('/f/*')], [FORWARD]),
    rule(2, [paths('/*')], [fixed('ok')]),
    ...targetGroup(),
    ...acl(rules, more),
  ])
  running.push(fixture)
  return fixture
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

test('over the rate, a source address is blocked until the window has passed; another address is not', async () => {
  const { open, clock } = await start([rate(10)])
  const { send } = await open()
  for (let count = 0; count < 10; count += 1) {
    expect((await send('/')).status).toBe(200)
    clock.now += 1
  }
  expect(await send('/')).toMatchObject({ status: 403, body: expect.stringContaining('403 Forbidden') })
  const other = await open(HTTPS_ARN, { kind: 'internet', address: '203.0.113.5' })
  expect((await other.send('/')).status).toBe(200)
  clock.now += 300
  expect((await send('/')).status).toBe(200)
})

test('addresses of a set are counted by what their requests carry, all others by address', async () => {
  const arn = 'arn:aws:wafv2:us-east-1:111111111111:regional/ipset/door/1'
  const set = { ipSetReferenceStatement: { arn } }
  const byAddress = { scopeDownStatement: { notStatement: { statement: set } } }
  const textTransformations = [{ priority: 0, type: 'NONE' }]
  const byToken = {
    aggregateKeyType: 'CUSTOM_KEYS',
    customKeys: [{ header: { name: 'Authorization', textTransformations } }],
    scopeDownStatement: set,
  }
  const limited = (name: string, priority: number, statement: Properties) => {
    const one = rate(3)
    const rateBasedStatement = {
      ...(one.statement as { rateBasedStatement: Properties }).rateBasedStatement,
      ...statement,
    }
    return { ...one, name, priority, statement: { rateBasedStatement } }
  }
  const { open, ledger } = await start([limited('rate', 0, byAddress), limited('door', 1, byToken)])
  await ledger.put(declared('aws:wafv2/ipSet:IpSet', arn, { arn, addresses: ['10.0.9.0/24'] }))
  const from = (address: string) => open(HTTPS_ARN, { kind: 'internet', address })
  const many = async (address: string, ...tokens: string[]) => {
    const { send } = await from(address)
    const statuses: number[] = []
    for (const token of tokens)
      statuses.push((await send('/', { headers: token === '' ? {} : { authorization: token } })).status)
    return statuses
  }
  expect(await many('203.0.113.5', 'a', 'b', 'c', 'd')).toEqual([200, 200, 200, 403])
  expect(await many('10.0.9.7', 'a', 'b', 'c', 'd', 'e')).toEqual([200, 200, 200, 200, 200])
  expect(await many('10.0.9.8', 'a', 'a', 'a', 'b')).toEqual([200, 200, 403, 200])
  // The load balancer refuses these for their missing token itself.
  expect(await many('10.0.9.8', '', '', '', '', '')).toEqual([200, 200, 200, 200, 200])
})

test("a rule's own response", async () => {
  const customResponse = {
    responseCode: 429,
    customResponseBodyKey: 'too-many',
    responseHeaders: [{ name: 'Retry-After', value: '300' }],
  }
  const { open } = await start([rate(0, { action: { block: { customResponse } } })], {
    customResponseBodies: [{ key: 'too-many', contentType: 'APPLICATION_JSON', content: '{"error":"slow"}' }],
  })
  const { send } = await open()
  expect(await send('/')).toMatchObject({
    status: 429,
    body: '{"error":"slow"}',
    headers: { 'content-type': 'application/json', 'retry-after': '300' },
  })
})

const COMMON = 'AWSManagedRulesCommonRuleSet'
const BAD_INPUTS = 'AWSManagedRulesKnownBadInputsRuleSet'
const agent = { 'user-agent': 'test' }

test.each<[string, string, Parameters<Awaited<ReturnType<Fixture['open']>>['send']>]>([
  [COMMON, 'NoUserAgent_HEADER', ['/']],
  [COMMON, 'SizeRestrictions_BODY', ['/', { method: 'POST', headers: agent, body: 'x'.repeat(8193) }]],
  [COMMON, 'SizeRestrictions_QUERYSTRING', [`/?${'q'.repeat(2049)}`, { headers: agent }]],
  [COMMON, 'SizeRestrictions_URIPATH', [`/${'p'.repeat(1024)}`, { headers: agent }]],
  [COMMON, 'SizeRestrictions_Cookie_HEADER', ['/', { headers: { ...agent, cookie: 'c'.repeat(10_241) } }]],
  [BAD_INPUTS, 'PROPFIND_METHOD', ['/', { method: 'PROPFIND', headers: agent }]],
])('%s: %s blocks, unless it is counted', async (group, name, sending) => {
  const { open, ledger } = await start([managed(group)])
  const { send } = await open()
  expect((await send('/', { headers: agent, method: 'POST', body: 'x' })).status).toBe(200)
  expect((await send(...sending)).status).toBe(403)
  for (const resource of acl([managed(group, [name])])) await ledger.put(resource)
  expect((await send(...sending)).status).toBe(200)
  for (const resource of acl([managed(group, [], { overrideAction: { count: {} } })])) await ledger.put(resource)
  expect((await send(...sending)).status).toBe(200)
})

test('a body of over 8 KB is blocked before it is found to be too large for a function', async () => {
  const { open, invocations } = await start([managed(COMMON)])
  const { send } = await open()
  const body = 'x'.repeat(1024 * 1024 + 1)
  expect((await send('/f/', { method: 'POST', headers: agent, body })).status).toBe(403)
  expect(invocations).toEqual([])
})

test('a default action that blocks', async () => {
  const { open } = await start([], { defaultAction: { block: {} } })
  expect((await (await open()).send('/')).status).toBe(403)
})

test.each<[string, readonly Properties[]]>([
  ['AWSManagedRulesSQLiRuleSet', [managed('AWSManagedRulesSQLiRuleSet')]],
  ['the rule NoSuchRule', [managed(COMMON, ['NoSuchRule'])]],
  ['geoMatchStatement', [{ name: 'geo', priority: 1, statement: { geoMatchStatement: { countryCodes: ['DE'] } } }]],
  ['the action captcha', [rate(10, { action: { captcha: {} } })]],
  [
    'scopeDownStatement',
    [rate(10, { statement: { rateBasedStatement: { limit: 10, scopeDownStatement: { byteMatchStatement: {} } } } })],
  ],
])('%s is refused by name', async (name, rules) => {
  const { service } = await start(rules)
  await expect(service.open(LAPTOP, HTTPS_ARN)).rejects.toThrow(name)
})

test('the access log has a line a request, in the format of AWS, where it is declared', async () => {
  const { open, service } = await start([rate(2)], {}, { accessLogs: { bucket: 'logs', enabled: true } })
  const { send, sendHttp2 } = await open()
  await send('/f/x?q=1', { headers: { 'user-agent': 'say "hi"' } })
  await sendHttp2('/')
  await send('/blocked')
  const lines = service.accessLog(BALANCER_ARN)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(
    /^https \S+Z app\/genai-hub\/0123456789abcdef 198\.51\.100\.10:\d+ - \d\.\d{3} \d\.\d{3} \d\.\d{3} 200 200 0 17 "GET https:\/\/genai\.example\.com:443\/f\/x\?q=1 HTTP\/1\.1" "say \\"hi\\"" TLS_\S+ TLSv1\.3 arn:aws:elasticloadbalancing:\S+ "Root=1-\S+" "localhost" "arn:aws:acm:\S+" 1 \S+Z "forward" "-" "-" /,
  )
  expect(lines[1]).toMatch(/^h2 .* 200 - .* 2 \S+Z "fixed-response" "-" "-" /)
  expect(lines[2]).toMatch(/ 403 - .* -1 \S+Z "waf" "-" "WAF" /)
  const silent = await start([])
  await (await silent.open()).send('/')
  expect(silent.service.accessLog(BALANCER_ARN)).toEqual([])
})
