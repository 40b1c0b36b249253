/** A tenant goes from a model endpoint of its own to the hub's and back while it and another are served, by either engine. */
import { setTimeout } from 'node:timers/promises'
import { until } from '@genai/local-cloud/testing/until'
import { expect, it } from 'vitest'
import type { Share } from './callers.ts'
import type { Changes, Settings } from './deploy.ts'
import { ofStack, SHORT_TIER, type Standing, typesOf } from './while-served.ts'

const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']

/** What these stacks are deployed with. */
export const ENDPOINT_SETTINGS: Settings = {
  hub: { centralModels: JSON.stringify(MODELS) },
  'spoke-tenant1': { tier: SHORT_TIER },
}

const AT_HUB: Changes = { modelEndpoint: 'hub', cidrBlock: undefined, availabilityZoneIds: undefined }
const OF_ITS_OWN: Changes = {
  modelEndpoint: undefined,
  cidrBlock: '10.64.0.0/24',
  availabilityZoneIds: '["use1-az1","use1-az2"]',
}

/** All that a tenant at the shared endpoint has in its account. */
const IN_ITS_ACCOUNT = ['aws:iam/role:Role', 'aws:iam/rolePolicy:RolePolicy']

export interface EndpointDifferences {
  /** Of the tenant that changes, as it was measured; without it, its outage only has to end. */
  readonly judge?: (share: Share | undefined) => void
  /** How long it is watched when the deployment has ended. */
  readonly watchedMilliseconds: number
}

export function endpointChanges(standing: () => Standing, { judge, watchedMilliseconds }: EndpointDifferences): void {
  async function changed(changes: Changes): Promise<void> {
    const { deployed, clients } = standing()
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
    const shares = await clients.during(['tenant1', 'tenant2'], async () => {
      await deployed.up('spoke-tenant1', changes)
      await setTimeout(watchedMilliseconds)
    })
    expect(shares.get('tenant2')).toMatchObject({ failed: [], outageMilliseconds: 0 })
    judge?.(shares.get('tenant1'))
    await until('the end of the outage', async () => (await clients.invoke('tenant1')).status === 200)
  }
  const inAccount = () =>
    ofStack(standing().deployed, 'spoke-tenant1')
      .filter(({ account }) => account === '222222222222')
      .map(({ type }) => type)
      .sort()

  it('to the hub’s endpoint, while it is served: its network goes when nobody uses it any more', async () => {
    await changed(AT_HUB)
    expect(inAccount()).toEqual(IN_ITS_ACCOUNT)
    const answer = await standing().clients.invoke('tenant1')
    expect(answer.body).toContain('222222222222')
  })

  it('is refused a model that the hub does not list, before anything is changed', async () => {
    const { deployed } = standing()
    const before = deployed.cloud.ledger.version
    const models = { 'nova-2-lite': 'us.amazon.nova-2-lite-v1:0', titan: 'amazon.titan-text-lite-v1' }
    expect(await deployed.refused('spoke-tenant1', { models, defaultModel: 'titan' })).toMatch(
      /amazon\.titan-text-lite-v1 of tenant1 may not be called through the model endpoint of organization\/genai-hub-spoke\/hub/,
    )
    expect(deployed.cloud.ledger.version).toBe(before)
  })

  it('keeps the hub from taking the endpoint, its network or its sharing away', async () => {
    const { deployed } = standing()
    const before = deployed.cloud.ledger.version
    expect(await deployed.refused('hub', { centralModels: undefined })).toMatch(
      /model endpoint is not taken from the hub while it admits 1 tenant/,
    )
    expect(await deployed.refused('hub', { cidrBlock: '10.1.0.0/16' })).toMatch(
      /while tenants live in it \(10\.64\.1\.0\/24, and 1 without a network of its own\)/,
    )
    expect(deployed.cloud.ledger.version).toBe(before)
  })

  it('back to one of its own: no request of anybody fails, and it has what the other one has', async () => {
    const { deployed } = standing()
    await changed(OF_ITS_OWN)
    expect(typesOf(deployed, 'spoke-tenant1')).toEqual(typesOf(deployed, 'spoke-tenant2'))
  })
}
