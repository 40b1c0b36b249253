import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'

const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'

const IP_SET = 'aws:wafv2/ipSet:IpSet'

const addresses = (...blocks: string[]): Properties => ({
  name: 'door',
  scope: 'REGIONAL',
  ipAddressVersion: 'IPV4',
  addresses: blocks,
})

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

  it('counts by headers, and within a set of addresses that is there', async () => {
    const header = { name: 'authorization', textTransformations: [{ priority: 0, type: 'NONE' }] }
    const statement = (more: Properties): Properties => ({ rateBasedStatement: { limit: 100, ...more } })
    const refusal = (more: Properties) => cloud.refusal(WEB_ACL, 'w', acl({ ...rate(100), statement: statement(more) }))
    expect(await refusal({ aggregateKeyType: 'CUSTOM_KEYS' })).toContain('must have customKeys')
    expect(await refusal({ aggregateKeyType: 'IP', customKeys: [{ header }] })).toContain('and only then')
    const untransformed = [{ header: { name: 'a' } }]
    expect(await refusal({ aggregateKeyType: 'CUSTOM_KEYS', customKeys: untransformed })).toContain(
      'text transformation',
    )
    const within = (arn: string) => ({ scopeDownStatement: { ipSetReferenceStatement: { arn } } })
    expect(await refusal({ aggregateKeyType: 'IP', ...within('arn') })).toContain('The IP set arn does not exist')
    const set = await cloud.make(IP_SET, 'door', addresses('10.0.0.0/24'))
    const arn = String(set.outputs.arn)
    const rule = { aggregateKeyType: 'CUSTOM_KEYS', customKeys: [{ header }], ...within(arn) }
    const made = await cloud.make(WEB_ACL, 'w', acl({ ...rate(100), statement: statement(rule) }))
    expect(made.outputs.capacity).toBe(33)
    expect(cloud.holders(set)).toEqual([WEB_ACL])
  })

  it('names a statement that it does not know', async () => {
    const geo = { ...rate(100), statement: { geoMatchStatement: { countryCodes: ['CH'] } } }
    await expect(cloud.make(WEB_ACL, 'w', acl(geo))).rejects.toThrow(
      'the input "rules.statement.geoMatchStatement" of aws:wafv2/webAcl:WebAcl',
    )
  })
})

describe('IpSet', () => {
  it('refuses what is no block, every address, and a name twice', async () => {
    expect(await cloud.refusal(IP_SET, 's', addresses('10.0.0.0'))).toContain('10.0.0.0 is no IPv4 CIDR block')
    expect(await cloud.refusal(IP_SET, 's', addresses('0.0.0.0/0'))).toContain('0.0.0.0/0 is no IPv4 CIDR block')
    const made = await cloud.make(IP_SET, 's', addresses('10.0.0.0/24'))
    expect(made.outputs.arn).toContain('regional/ipset/door/')
    expect(await cloud.refusal(IP_SET, 't', addresses('10.0.0.0/24'))).toContain('WAFDuplicateItemException')
  })
})
