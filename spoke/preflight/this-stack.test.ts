import { describe, expect, it } from 'vitest'
import { type Before, checkBefore } from './this-stack.ts'

const asked = {
  tenantId: 'tenant1',
  account: '222222222222',
  hubStack: 'organization/genai-hub-spoke/hub',
  cidrBlock: '10.64.0.0/24',
  availabilityZoneIds: ['use1-az1', 'use1-az2'],
} as const
const hub = { account: '111111111111', region: 'us-east-1' }
const before: Before = {
  tenantId: 'tenant1',
  account: '222222222222',
  cidrBlock: '10.64.0.0/24',
  availabilityZoneIds: ['use1-az1', 'use1-az2'],
  functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:genai-gateway-tenant1',
}

describe('what a tenant’s stack holds', () => {
  it('is nothing before its first deployment, and itself afterwards', () => {
    expect(() => checkBefore(asked, hub, {})).not.toThrow()
    expect(() => checkBefore(asked, hub, before)).not.toThrow()
  })

  it.each<[string, Partial<typeof before>, RegExp]>([
    ['another tenant', { tenantId: 'tenant2' }, /^This stack holds the tenant tenant2, not tenant1/],
    ['a hub', { transitGatewayArn: 'arn' }, /^This stack holds a hub, not the tenant tenant1/],
    [
      'the tenant in another account',
      { account: '333333333333' },
      /deployed in account 333333333333, and does not move to 222222222222/,
    ],
    [
      'the tenant of another hub',
      { functionArn: 'arn:aws:lambda:eu-west-1:777777777777:function:genai-gateway-tenant1' },
      /served by the hub in account 777777777777 \(eu-west-1\), and does not move to organization\/genai-hub-spoke\/hub/,
    ],
    [
      'its zones in another order',
      { availabilityZoneIds: ['use1-az2', 'use1-az1'] },
      /zones of tenant1 are use1-az2, use1-az1, in this order/,
    ],
  ])('is told when it is %s', (_what, change, message) => {
    expect(() => checkBefore(asked, hub, { ...before, ...change })).toThrow(message)
  })

  it.each<[string, Partial<typeof before>]>([
    ['with fewer zones', { availabilityZoneIds: ['use1-az1'] }],
    ['with more zones', { availabilityZoneIds: ['use1-az1', 'use1-az2', 'use1-az4'] }],
    ['with other zones in another block', { availabilityZoneIds: ['use1-az2'], cidrBlock: '10.64.9.0/24' }],
    ['deployed by an older version, that said neither', { availabilityZoneIds: [], cidrBlock: '' }],
  ])('may have been there %s', (_what, change) => {
    expect(() => checkBefore(asked, hub, { ...before, ...change })).not.toThrow()
  })
})
