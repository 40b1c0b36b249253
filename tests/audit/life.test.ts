/** What becomes of the trail when tenants and hubs go. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStack } from '../../cli/pulumi/stack-files.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { trailOf } from './read.ts'

const FUNCTION = 'aws:lambda/function:Function'
const GROUP = 'aws:cloudwatch/logGroup:LogGroup'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ settings: { hub: { deletionProtection: true } } })
})
afterAll(() => platform?.close())

describe('the trail', () => {
  it('outlives its tenant, and cannot be deleted while the hub is protected', async () => {
    expect((await platform.invoke('tenant1')).status).toBe(200)
    const before = await trailOf(platform, { tenant: 'tenant1' })
    expect(before).toHaveLength(1)
    const { config: _config, ...stack } = readStack('spoke-tenant1')
    await platform.cloud.destroy(stack)
    expect(platform.cloud.ledger.all(FUNCTION).map(({ outputs }) => outputs.name)).not.toContain(
      'genai-gateway-tenant1',
    )
    expect(await trailOf(platform, { tenant: 'tenant1' })).toEqual(before)
    const { config: _hub, ...hub } = readStack('hub')
    await expect(platform.cloud.destroy(hub)).rejects.toThrow(/protect/)
    expect(await trailOf(platform, { tenant: 'tenant1' })).toEqual(before)
  })

  it('is deleted with the hub when somebody lifts the protection', async () => {
    const groups = () => platform.cloud.ledger.all(GROUP).map(({ outputs }) => outputs.name)
    await platform.deploy('hub', { deletionProtection: false })
    for (const name of ['spoke-tenant2', 'hub']) {
      expect(groups()).toContain('/genai/audit')
      const { config: _config, ...stack } = readStack(name)
      await platform.cloud.destroy(stack)
    }
    expect(groups()).not.toContain('/genai/audit')
  })
})
