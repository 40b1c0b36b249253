import { expect, it } from 'vitest'
import type { TenantConfiguration } from '../shared/tenant.ts'
import { configurationItem } from './configuration-item.ts'

const CONFIGURATION: TenantConfiguration = {
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
