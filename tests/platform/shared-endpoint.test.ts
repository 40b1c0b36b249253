/** The two rules that keep a gateway with an endpoint of its own from the shared one: each of them does by itself. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { reach } from '@genai/local-cloud/network/reach'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionName } from '../../shared/naming.ts'
import { type Platform, startPlatform } from './platform.ts'

const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']
const SHARED = { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined }

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ settings: { hub: { centralModels: MODELS }, 'spoke-tenant1': SHARED } })
}, 120_000)
afterAll(() => platform?.close())

const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

describe('own and shared tenants on one hub', () => {
  const reached = (tenant: string) => {
    const { cloud, hub } = platform
    const from = { kind: 'function', functionName: functionName(tenant), account: hub.account } as const
    const path = reach(cloud.ledger, from, hub.centralModels?.endpointHost ?? '', 443)
    return path.reachable ? 'reached' : path.reason
  }
  /** The rule of the tenant at the shared endpoint, for the other one too. */
  const forOther = (type: string, group: 'securityGroupId' | 'referencedSecurityGroupId'): Declared => {
    const rule = platform.resource(type, '::lane-shared-model-endpoint')
    const id = platform.cloud.ledger
      .all('aws:ec2/securityGroup:SecurityGroup')
      .find(({ urn }) => urn.startsWith('urn:pulumi:spoke-tenant2::') && urn.endsWith('::lane'))?.id
    const change = { [group]: id ?? '' }
    return {
      ...rule,
      urn: `${rule.urn}-of-other`,
      id: `${rule.id}-of-other`,
      inputs: { ...rule.inputs, ...change },
      outputs: { ...rule.outputs, ...change },
    }
  }

  it('are both served, each from its own account', async () => {
    for (const [tenant, account] of [
      ['tenant1', '222222222222'],
      ['tenant2', '333333333333'],
    ] as const) {
      const { status, body } = await platform.invoke(tenant)
      expect([status, body]).toEqual([200, expect.stringContaining(account)])
    }
  })

  it('only the gateway of the tenant at the shared endpoint reaches it', () => {
    expect(reached('tenant1')).toBe('reached')
    expect(reached('tenant2')).toMatch(/genai-gateway-tenant2 .* does not let tcp 443 out/)
  })

  it('let out there, the other one is not let in', async () => {
    const { ledger } = platform.cloud
    const out = forOther(EGRESS, 'securityGroupId')
    const into = forOther(INGRESS, 'referencedSecurityGroupId')
    await ledger.put(out)
    expect(reached('tenant2')).toMatch(/does not let tcp 443 in/)
    await ledger.delete(out.urn)
    await ledger.put(into)
    expect(reached('tenant2')).toMatch(/does not let tcp 443 out/)
    await ledger.put(out)
    expect(reached('tenant2')).toBe('reached')
    for (const { urn } of [out, into]) await ledger.delete(urn)
  })
})
