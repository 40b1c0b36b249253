/**
 * Ninety tenants at the shared model endpoint: its policy is as long as with one, and they cost less to deploy than ninety with a network
 * of their own. Deployed in turn, one of each, so that whatever else the machine does is in both sums.
 */
import { type Cloud, deploy, type Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import { beforeAll, describe, expect, it } from 'vitest'
import { withSettings } from '../../cli/pulumi/stack-files.ts'
import program from '../../index.ts'
import { hubStack, MOST_TENANTS, organizationOf } from '../../proof/soak/tenants.ts'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { tenantStacks } from './tenant-stacks.ts'

const { tenants, stackOf } = tenantStacks(MOST_TENANTS)
/** Deployed both ways, and measured; `PAIRS=90` measures all. */
const PAIRS = Number(process.env.PAIRS ?? MOST_TENANTS / 3)
const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']

/** AWS's default of 60 rules in a group is raised: a tenant at the shared endpoint takes one. */
const withRaisedQuota = ({ accounts, ...organization }: Organization): Organization => ({
  ...organization,
  accounts: accounts.map((account, index) =>
    index === 0 ? { ...account, quotas: { ...account.quotas, 'L-0EA8095F': 100 } } : account,
  ),
})

const newCloud = (): Cloud => ({
  ledger: new Ledger(),
  organization: withRaisedQuota(organizationOf(tenants)),
  createAuthorize,
})
const [own, shared] = [newCloud(), newCloud()]

const atSharedEndpoint = (stack: Stack): Stack =>
  withSettings(stack, { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined })

async function cpuMillisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const policyOf = ({ ledger }: Cloud) =>
  String(
    ledger.all('aws:ec2/vpcEndpoint:VpcEndpoint').find(({ urn }) => urn.endsWith('::central-models'))?.outputs.policy,
  )

const spent = { own: 0, shared: 0 }
let afterOne: string

beforeAll(async () => {
  await deploy(own, hubStack(), program)
  await deploy(shared, withSettings(hubStack(), { centralModels: MODELS, securityGroupRules: 100 }), program)
  for (let number = 1; number <= MOST_TENANTS; number += 1) {
    const cpu = await cpuMillisecondsOf(() => deploy(shared, atSharedEndpoint(stackOf(number)), program))
    if (number === 1) afterOne = policyOf(shared)
    // Each tenant costs as much as any other (tests/scale/stacks.test.ts): a third of them are enough to compare.
    if (number > PAIRS) continue
    spent.shared += cpu
    spent.own += await cpuMillisecondsOf(() => deploy(own, stackOf(number), program))
  }
}, 1_200_000)

describe(`${MOST_TENANTS} tenants at the shared endpoint`, () => {
  it('leave its policy as it is', () => {
    expect(policyOf(shared)).toBe(afterOne)
    expect(afterOne.length).toBeLessThan(POLICY_LIMITS.endpoint / 4)
  })

  it('are each a rule of its group, and no route, no network and no endpoint', () => {
    const count = (type: string) => shared.ledger.all(type).filter(({ urn }) => urn.includes('spoke-')).length
    expect(count('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')).toBe(MOST_TENANTS)
    for (const type of ['aws:ec2/vpc:Vpc', 'aws:ec2/vpcEndpoint:VpcEndpoint', 'aws:ec2/flowLog:FlowLog'])
      expect(count(type)).toBe(0)
  })

  it('cost less to deploy than as many with a network of their own', () => {
    const each = ({ ledger }: Cloud) => ledger.all().filter(({ urn }) => urn.includes('spoke-tenant1::')).length
    const ratios = { cpu: spent.shared / spent.own, resources: each(shared) / each(own) }
    console.info(
      `${PAIRS} tenants each: own ${Math.round(spent.own)} ms of CPU and ${each(own)} resources a tenant, shared ${Math.round(spent.shared)} ms and ` +
        `${each(shared)} (× ${ratios.cpu.toFixed(2)} and × ${ratios.resources.toFixed(2)}); policy of ${afterOne.length} characters`,
    )
    // More than half of a deployment is the same for both: decision 0080 has what was measured.
    expect(ratios.cpu).toBeLessThan(0.95)
    expect(ratios.resources).toBeLessThan(0.65)
  })

  it('the 91st is refused, though no route leads to any of them', async () => {
    const { stackOf: more } = tenantStacks(MOST_TENANTS + 1)
    const organization = withRaisedQuota(organizationOf(tenantStacks(MOST_TENANTS + 1).tenants))
    const before = shared.ledger.version
    await expect(
      deploy({ ...shared, organization }, atSharedEndpoint(more(MOST_TENANTS + 1)), program),
    ).rejects.toThrow(/has 91 tenants, and its load balancer carries 90/)
    expect(shared.ledger.version).toBe(before)
  })
})
