import { beforeEach, describe, expect, it } from 'vitest'
import { arnLike } from '../../iam/arn-like.ts'
import { Declarer, HUB, TENANT1 } from '../../testing/declarer.ts'
import { parseFilterPattern } from './filter-pattern.ts'
import { SUBSCRIPTION_FILTER } from './resources/log-subscription-filter.ts'

const GROUP = 'aws:cloudwatch/logGroup:LogGroup'
const PERMISSION = 'aws:lambda/permission:Permission'
const FUNCTION_ARN = `arn:aws:lambda:us-east-1:${HUB}:function:audit`

let cloud: Declarer
beforeEach(async () => {
  cloud = new Declarer()
  await cloud.make('aws:iam/role:Role', 'role', {
    name: 'audit',
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
  })
  await cloud.make('aws:lambda/function:Function', 'audit', {
    name: 'audit',
    role: `arn:aws:iam::${HUB}:role/audit`,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    code: { archive: 'entries', entries: {}, sha256: '00' },
  })
  await cloud.make(GROUP, 'one', { name: '/aws/lambda/genai-gateway-tenant1' })
})

const permission = (change: Readonly<Record<string, string>> = {}) =>
  cloud.make(PERMISSION, 'logs', {
    action: 'lambda:InvokeFunction',
    function: 'audit',
    principal: 'logs.amazonaws.com',
    sourceAccount: HUB,
    sourceArn: `arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/genai-gateway-*:*`,
    ...change,
  })
const FILTER = { logGroup: '/aws/lambda/genai-gateway-tenant1', filterPattern: '', destinationArn: FUNCTION_ARN }
const refusal = (change: Readonly<Record<string, string>> = {}) =>
  cloud.refusal(SUBSCRIPTION_FILTER, 'f', { name: 'f', ...FILTER, ...change })

describe('subscription filters', () => {
  it('go to a function that lets CloudWatch Logs invoke it for that group', async () => {
    await permission()
    const { outputs } = await cloud.make(SUBSCRIPTION_FILTER, 'f', { name: 'f', ...FILTER })
    expect(outputs).toMatchObject({ name: 'f', distribution: 'ByLogStream' })
  })

  it('that are put again, by whatever resource, are the same one', async () => {
    await permission()
    const first = await cloud.make(SUBSCRIPTION_FILTER, 'f', { name: 'f', ...FILTER })
    const again = await cloud.make(SUBSCRIPTION_FILTER, 'g', { name: 'f', ...FILTER })
    expect(again.id).toBe(first.id)
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['another service', { principal: 'events.amazonaws.com' }],
    ['another account', { sourceAccount: TENANT1 }],
    ['other groups', { sourceArn: `arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/other-*:*` }],
    [
      'groups without streams',
      { sourceArn: `arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/genai-gateway-tenant1` },
    ],
  ])('are refused where the permission is for %s', async (_what, change) => {
    await permission(change)
    expect(await refusal()).toContain('InvalidParameterException: Could not execute the lambda function')
  })

  it('are refused where there is no permission, no function or no group', async () => {
    expect(await refusal()).toContain('InvalidParameterException: Could not execute the lambda function')
    await permission()
    expect(await refusal({ destinationArn: `${FUNCTION_ARN}s` })).toContain('Could not execute')
    expect(await refusal({ logGroup: '/aws/lambda/genai-gateway-tenant2' })).toContain('ResourceNotFoundException')
  })

  it('are two a group at most', async () => {
    await permission()
    for (const name of ['a', 'b']) await cloud.make(SUBSCRIPTION_FILTER, name, { name, ...FILTER })
    expect(await refusal()).toBe('LimitExceededException: Resource limit exceeded.')
  })

  it('are refused with a pattern that is none', async () => {
    await permission()
    expect(await refusal({ filterPattern: '{ $.decision = }' })).toContain('Invalid filter pattern')
    await expect(refusal({ filterPattern: 'ERROR' })).rejects.toThrow('does not support the filter pattern')
  })
})

describe('filter patterns', () => {
  const line = JSON.stringify({ status: 503, check: 'tenant', ok: true, none: null, deep: { list: [{ a: 'x y' }] } })
  it.each<[string, boolean]>([
    ['', true],
    ['{ $.status >= 500 }', true],
    ['{ $.status < 500 }', false],
    ['{ $.status = 503 }', true],
    ['{ $.status = 5* }', true],
    ['{ $.status != 503 }', false],
    ['{ $.check = "tenant" }', true],
    ['{ $.check = ten* }', true],
    ['{ $.check = "tenan" }', false],
    ['{ $.check != "path" }', true],
    ['{ $.missing != "path" }', false],
    ['{ $.missing = "path" }', false],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.none IS NULL && $.ok IS TRUE }', true],
    ['{ $.deep.list[0].a = "x y" }', true],
    ['{ $.check >= 1 }', false],
    ['{ $.check = "path" || $.status > 500 && $.ok IS FALSE }', false],
    ['{ ($.check = "path" || $.status > 500) && $.ok IS TRUE }', true],
    ['{ $.toString = "*" }', false],
  ])('%s → %s', (pattern, expected) => {
    expect(parseFilterPattern(pattern)(line)).toBe(expected)
  })

  it('of JSON match nothing that is no JSON', () => {
    const matches = parseFilterPattern('{ $.status NOT EXISTS }')
    for (const text of ['status 503', '{"status":', '"status"']) expect(matches(text)).toBe(false)
  })

  it.each([
    '{',
    '{ }',
    '{ $.a = }',
    '{ a = 1 }',
    '{ $.a > x }',
    '{ $.a = 1 && }',
    '{ ($.a = 1 }',
    '{ $.a IS 1 }',
    '{ $.a = 1 $.b }',
  ])('%s is refused', (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow('Invalid filter pattern')
  })
})

it.each<[string, string, boolean]>([
  ['arn:aws:logs:r:1:log-group:/a-*:*', 'arn:aws:logs:r:1:log-group:/a-b:*', true],
  ['arn:aws:logs:r:1:log-group:/a-*', 'arn:aws:logs:r:1:log-group:/a-b:*', true],
  ['arn:aws:logs:r:*:log-group:/a-b:*', 'arn:aws:logs:r:1:log-group:/a-b:*', true],
  ['arn:aws:logs:*:log-group:/a-b:*', 'arn:aws:logs:r:1:log-group:/a-b:*', false],
  ['arn:aws:logs:r:2:log-group:/a-*:*', 'arn:aws:logs:r:1:log-group:/a-b:*', false],
])('%s is like %s: %s', (pattern, arn, expected) => {
  expect(arnLike(pattern, arn)).toBe(expected)
})
