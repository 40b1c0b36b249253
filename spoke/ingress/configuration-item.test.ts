import { expect, it } from 'vitest'
import { readTold } from '../../shared/gateway-settings.ts'
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import { configurationItem, tenantItem } from './configuration-item.ts'

const CONFIGURATION: TenantConfiguration = {
  ...readTold(() => undefined),
  tenantId: 'tenant1',
  item: 'configuration',
  account: '222222222222',
  defaultModel: 'b',
  roleArn: 'r',
  externalId: 'e',
  endpoint: 'h',
  models: { b: 'amazon.nova-lite-v1:0', a: 'amazon.nova-pro-v1:0' },
}

it('is a tenant of old, byte for byte, where no model has a length of its own', () => {
  expect(configurationItem(CONFIGURATION)).toBe(
    '{"account":{"S":"222222222222"},"defaultModel":{"S":"b"},"endpoint":{"S":"h"},"externalId":{"S":"e"},"item":{"S":"configuration"},"roleArn":{"S":"r"},"tenantId":{"S":"tenant1"},"models":{"M":{"a":{"S":"amazon.nova-pro-v1:0"},"b":{"S":"amazon.nova-lite-v1:0"}}}}',
  )
})

it('has the lengths of answers by name', () => {
  expect(JSON.parse(configurationItem({ ...CONFIGURATION, maxTokens: { b: 20_000 } }))).toMatchObject({
    maxTokens: { M: { b: { N: '20000' } } },
  })
})

it('has limits after what was there before them, and none where there are none', () => {
  const limits = { tenant: { requestsPerMinute: 100 }, models: { b: { dollarsPerMonth: 0.5 } } }
  const text = configurationItem({ ...CONFIGURATION, maxTokens: { b: 1 }, limits })
  expect(Object.keys(JSON.parse(text)).slice(-3)).toEqual(['models', 'maxTokens', 'limits'])
  expect(JSON.parse(text).limits).toEqual({
    M: {
      tenant: { M: { requestsPerMinute: { N: '100' } } },
      models: { M: { b: { M: { dollarsPerMonth: { N: '0.5' } } } } },
    },
  })
  expect(configurationItem({ ...CONFIGURATION, limits: {} })).toBe(configurationItem(CONFIGURATION))
})

it("has the operator's items as they begin", () => {
  expect(tenantItem({ tenantId: 'tenant1', item: 'status', status: 'active' })).toBe(
    '{"item":{"S":"status"},"status":{"S":"active"},"tenantId":{"S":"tenant1"}}',
  )
  expect(tenantItem({ tenantId: 'tenant1', item: 'limits', limits: {} })).toBe(
    '{"item":{"S":"limits"},"tenantId":{"S":"tenant1"},"limits":{"M":{}}}',
  )
})

it('has the prices of its models', () => {
  const prices = { 'amazon.nova-lite-v1:0': { input: 330_000, output: 2_750_000 } }
  expect(JSON.parse(configurationItem({ ...CONFIGURATION, prices, pricesAsOf: '2026-08-01' }))).toMatchObject({
    prices: { M: { 'amazon.nova-lite-v1:0': { M: { input: { N: '330000' }, output: { N: '2750000' } } } } },
    pricesAsOf: { S: '2026-08-01' },
  })
})
