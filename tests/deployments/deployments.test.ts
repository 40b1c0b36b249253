/** What goes wrong, or comes at the same time, with the in-process engine: as tests/engine has it with the other. */

import { findRow, rowOf } from '@genai/local-cloud/aws/registry'
import type { Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { heldBy } from '@genai/local-cloud/resource/declare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { type Callers, callers } from './callers.ts'

const PROJECT = 'genai-hub-spoke'
const TENANTS = ['spoke-tenant1', 'spoke-tenant2']
const UNPROTECTED = { hub: { deletionProtection: 'false' } }

const listed = (ledger: Ledger) =>
  ledger
    .all()
    .map(({ urn, id }) => `${urn} ${id}`)
    .sort()
const byUrn = (all: readonly Declared[]) => Object.fromEntries(all.map((one) => [one.urn, one]))
const ofStack = (ledger: Ledger, stack: string) =>
  ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

describe('two tenants at the same time', () => {
  it('are what they are one after the other, and both are served', async () => {
    const [together, inTurn] = await Promise.all([startPlatform({ stacks: ['hub'] }), startPlatform()])
    try {
      await Promise.all(TENANTS.map((stack) => together.deploy(stack)))
      expect(listed(together.cloud.ledger)).toEqual(listed(inTurn.cloud.ledger))
      const answers = await Promise.all(['tenant1', 'tenant2'].map((tenant) => together.invoke(tenant)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    } finally {
      await Promise.all([together.close(), inTurn.close()])
    }
  })
})

describe('one hub and two tenants', () => {
  let platform: Platform
  let clients: Callers
  beforeAll(async () => {
    platform = await startPlatform({ settings: UNPROTECTED })
    const port = Number(new URL(platform.localUrl).port)
    clients = callers({ cloud: platform.cloud, port: () => port }, platform.hub)
  })
  afterAll(() => platform?.close())

  it('a deployment that is refused at its last step has changed nothing, interrupted nobody, and goes through when the cause is gone', async () => {
    const { ledger } = platform.cloud
    const before = byUrn(ledger.all())
    // Of the ingress's last steps: everything before it was granted.
    const grant = platform.resource('aws:iam/rolePolicyAttachment:RolePolicyAttachment', '::onboarding-function')
    const larger = { tier: 'medium', defaultModel: 'claude-haiku-4.5' }
    const shares = await platform.without([grant], () =>
      clients.during(['tenant1', 'tenant2'], async () => {
        await expect(platform.deploy('spoke-tenant1', larger)).rejects.toThrow(/AccessDenied/)
      }),
    )
    for (const { failed } of shares.values()) expect(failed).toEqual([])
    expect(byUrn(ledger.all())).toEqual(before)
    await platform.deploy('spoke-tenant1', larger)
    expect(byUrn(ledger.all())).not.toEqual(before)
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('whatever AWS lets be deleted behind its back is made again by the next deployment', async () => {
    const { ledger } = platform.cloud
    await platform.deploy('spoke-tenant1')
    const before = ofStack(ledger, 'spoke-tenant1')
    const deletable = (one: Declared) => heldBy(rowOf(one.type), one, ledger, findRow).length === 0
    const free = before.filter(deletable)
    expect(free.length).toBeGreaterThan(15)
    for (const { urn } of free) await ledger.delete(urn)
    expect((await clients.invoke('tenant1')).status).not.toBe(200)
    await platform.deploy('spoke-tenant1')
    // What AWS answers may differ: a rule comes last again.
    const wanted = (all: readonly Declared[]) => Object.fromEntries(all.map(({ urn, inputs }) => [urn, inputs]))
    expect(wanted(ofStack(ledger, 'spoke-tenant1'))).toEqual(wanted(before))
    platform.cloud.lambda.stop('genai-gateway-tenant1')
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('what was changed behind its back is put back by the next deployment', async () => {
    const { ledger } = platform.cloud
    const [policy] = ofStack(ledger, 'spoke-tenant1').filter(({ urn }) => urn.endsWith('RolePolicy::account-models'))
    if (!policy) throw new Error('the tenant has no role policy')
    const open = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
    const changed = {
      ...policy,
      inputs: { ...policy.inputs, policy: open },
      outputs: { ...policy.outputs, policy: open },
    }
    await ledger.put(changed)
    await platform.deploy('spoke-tenant1')
    expect(ledger.byUrn(policy.urn)).toEqual(policy)
  })

  it('a hub under living tenants is not destroyed, not even half; the tenants first, then the hub, and nothing is left', async () => {
    const { cloud } = platform
    const destroy = (stack: string) => cloud.destroy({ project: PROJECT, stack })
    const before = cloud.ledger.all()
    await expect(destroy('hub')).rejects.toThrow(/destroy-tenants-first/)
    await destroy('spoke-tenant2')
    await expect(destroy('hub')).rejects.toThrow(/destroy-tenants-first/)
    expect(cloud.ledger.all()).toEqual(before.filter(({ urn }) => !urn.startsWith('urn:pulumi:spoke-tenant2::')))
    expect((await clients.invoke('tenant1')).status).toBe(200)
    await destroy('spoke-tenant1')
    await destroy('hub')
    expect(cloud.ledger.all()).toEqual([])
  })
})
