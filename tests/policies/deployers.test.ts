/** The deployers' policies are within what AWS lets a managed policy be. */
import { describe, expect, it } from 'vitest'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { siteDeployerPolicy } from '../../shared/policies/deployer-site.ts'
import { pooledDeployerPolicy, tenantDeployerPolicy } from '../../shared/policies/deployer-tenant.ts'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { HUB } from './evaluation.ts'

describe('a managed policy each', () => {
  const longest = { account: HUB, region: 'ap-southeast-1' }
  const all = {
    ...platformDeployerPolicies(longest),
    tenant: tenantDeployerPolicy(longest),
    pooled: pooledDeployerPolicy({ ...longest, tenantId: 'a'.repeat(20), invocationLog: true }),
    site: siteDeployerPolicy(longest),
  }
  it.each(Object.entries(all))('%s', (_, document) => {
    expect(JSON.stringify(document).length).toBeLessThan(POLICY_LIMITS.managed)
    const sids = document.Statement.map(({ Sid }) => Sid ?? '')
    expect(new Set(sids).size).toBe(sids.length)
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/)
  })
})
