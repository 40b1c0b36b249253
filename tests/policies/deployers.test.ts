/** The deployers' policies as the documentation prints them, and within what AWS lets a managed policy be. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { siteDeployerPolicy } from '../../shared/policies/deployer-site.ts'
import { tenantDeployerPolicy } from '../../shared/policies/deployer-tenant.ts'
import { deployersMarkdown } from '../../shared/policies/deployers-markdown.ts'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { HUB, REGION, TENANT_ACCOUNT } from './evaluation.ts'

const FILE = join(import.meta.dirname, '..', '..', 'docs', 'deployers.md')
const scope = { hub: HUB, tenant: TENANT_ACCOUNT, site: '555555555555', region: REGION }

it('docs/deployers.md prints them as they are', () => {
  const printed = readFileSync(FILE, 'utf8')
  const marks = ['<!-- policies: begin -->', '<!-- policies: end -->'] as const
  const [begin, end] = marks.map((mark) => printed.indexOf(mark))
  expect(begin).toBeGreaterThan(0)
  expect(printed.slice((begin ?? 0) + marks[0].length, end).trim()).toBe(deployersMarkdown(scope).trim())
})

describe('a managed policy each', () => {
  const longest = { account: HUB, region: 'ap-southeast-1' }
  const all = {
    ...platformDeployerPolicies(longest),
    tenant: tenantDeployerPolicy(longest),
    site: siteDeployerPolicy(longest),
  }
  it.each(Object.entries(all))('%s', (_, document) => {
    expect(JSON.stringify(document).length).toBeLessThan(POLICY_LIMITS.managed)
    const sids = document.Statement.map(({ Sid }) => Sid ?? '')
    expect(new Set(sids).size).toBe(sids.length)
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/)
  })
})
