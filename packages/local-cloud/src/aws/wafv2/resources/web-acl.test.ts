import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'

const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('WebAcl', () => {
  const visibilityConfig = { cloudwatchMetricsEnabled: true, metricName: 'm', sampledRequestsEnabled: false }
  const acl = (...rules: Properties[]): Properties => ({
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig,
    rules,
  })
  const rate = (limit: number): Properties => ({
    name: 'rate',
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: 'IP' } },
    visibilityConfig,
  })

  it('refuses rates out of range, groups that are not there, and rules that are the same', async () => {
    expect(await cloud.refusal(WEB_ACL, 'w', acl(rate(9)))).toContain('limit must be between 10 and 2000000000')
    expect(await cloud.refusal(WEB_ACL, 'w', acl(rate(100), rate(100)))).toContain('must be unique')
    const managedRuleGroupStatement = { vendorName: 'AWS', name: 'AWSManagedRulesNothing' }
    const managed = { ...rate(100), statement: { managedRuleGroupStatement }, overrideAction: { none: {} } }
    expect(await cloud.refusal(WEB_ACL, 'w', acl(managed))).toContain('WAFNonexistentItemException')
    const made = await cloud.make(WEB_ACL, 'w', acl(rate(100)))
    expect(made.outputs).toMatchObject({ capacity: 2, arn: expect.stringContaining(`regional/webacl/`) })
  })

  it('names a statement that it does not know', async () => {
    const geo = { ...rate(100), statement: { geoMatchStatement: { countryCodes: ['CH'] } } }
    await expect(cloud.make(WEB_ACL, 'w', acl(geo))).rejects.toThrow(
      'the input "rules.statement.geoMatchStatement" of aws:wafv2/webAcl:WebAcl',
    )
  })
})
