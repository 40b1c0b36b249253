import { describe, expect, it } from 'vitest'
import { checkModels, type Found } from './models-there.ts'

const tenant = {
  tenantId: 'tenant1',
  models: { fast: 'amazon.nova-lite-v1:0', good: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
}
const answers = (good: Found) => (id: string) => Promise.resolve<Found>(id.startsWith('us.') ? good : 'there')

describe('the models of a tenant', () => {
  it('are all there', async () => {
    expect(await checkModels(tenant, 'us-east-1', answers('there'))).toEqual([])
  })

  it('are refused by id and name where Bedrock has none', async () => {
    await expect(checkModels(tenant, 'us-east-1', answers('unknown'))).rejects.toThrow(
      /no model of these ids in us-east-1: us\.anthropic\.claude-haiku-4-5-20251001-v1:0 \(tenant1's "good"\)/,
    )
  })

  it('are refused by id and name where Bedrock wants a profile', async () => {
    await expect(checkModels(tenant, 'us-east-1', answers('profileOnly'))).rejects.toThrow(
      /through an inference profile only: us\.anthropic\.claude-haiku-4-5-20251001-v1:0 \(tenant1's "good"\)/,
    )
  })

  it('are not refused by who may not ask, who is told which permission is missing', async () => {
    const [warning = ''] = await checkModels(tenant, 'us-east-1', answers({ unasked: 'AccessDenied' }))
    expect(warning).toContain('bedrock:GetInferenceProfile')
  })
})
