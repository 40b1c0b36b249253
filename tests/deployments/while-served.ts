/** What a deployment does to those who are being served, the tenant that it changes and the others: by either engine. */

import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { until } from '@genai/local-cloud/testing/until'
import { expect, it } from 'vitest'
import { newTenant } from '../../cli/tenant/add.ts'
import type { Callers, Share } from './callers.ts'
import type { Deployed } from './deploy.ts'

/** As short as a time limit may be: what a tenant leaves behind when it moves is kept for that long. */
export const SHORT_TIER = JSON.stringify({ memoryMegabytes: 256, timeoutSeconds: 10, reservedConcurrency: 5 })

const ASK = { prompt: 'Who are you?' }

export interface Standing {
  readonly deployed: Deployed
  readonly clients: Callers
}

export const ofStack = ({ cloud }: Deployed, stack: string) =>
  cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

export const typesOf = (deployed: Deployed, stack: string) =>
  ofStack(deployed, stack)
    .map(({ type }) => type)
    .sort()

/** Reads again and again, until it is what it should be. */
export async function awaited<T>(what: string, read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  let value = await read()
  await until(what, async () => {
    if (done(value)) return true
    value = await read()
    return done(value)
  })
  return value
}

export interface Differences {
  /** Of the tenant that moved, as it was measured. */
  readonly judgeMove: (share: Share | undefined) => void
  /** How long it is watched when the deployment has ended. */
  readonly watchedMilliseconds: number
}

export function whileServed(standing: () => Standing, differences: Differences): void {
  it('a third tenant is added: nothing of the others is touched, and no request of theirs fails', async () => {
    const { deployed, clients } = standing()
    const others = ['hub', 'spoke-tenant1', 'spoke-tenant2']
    const all = async () => ({
      declared: others.map((stack) => ofStack(deployed, stack)),
      states: await deployed.states(others),
    })
    const before = await all()
    const flags = { account: '444444444444', model: ['lite=us.amazon.nova-2-lite-v1:0'] }
    const { file, text } = newTenant('tenant3', flags, deployed.project)
    writeFileSync(file, text)
    // Warm, so that there is somebody to interrupt from the first moment on.
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
    const shares = await clients.during(['tenant1', 'tenant2'], () => deployed.up('spoke-tenant3'))
    for (const [tenant, { answered, failed }] of shares) {
      expect([tenant, failed]).toEqual([tenant, []])
      expect(answered).toBeGreaterThan(1)
    }
    expect(await all()).toEqual(before)
    const answer = await clients.invoke('tenant3')
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({ status: 200, tenant: 'tenant3' })
    expect(answer.body).toContain('444444444444')
  })

  it('a changed list of models is obeyed by a warm function when its items are too old, and a removed model refused', async () => {
    const { deployed, clients } = standing()
    const ask = (model: string) => clients.invoke('tenant1', { ...ASK, model })
    expect((await ask('claude-haiku-4.5')).status).toBe(200)
    expect((await ask('titan')).status).toBe(403)
    const { version } = deployed.cloud.ledger
    const models = { 'nova-2-lite': 'us.amazon.nova-2-lite-v1:0', titan: 'amazon.titan-text-lite-v1' }
    await deployed.up('spoke-tenant1', { models })
    expect(deployed.cloud.ledger.version).toBeGreaterThan(version)
    const added = await awaited(
      'the list of models',
      () => ask('titan'),
      ({ status }) => status === 200,
    )
    expect(added.status).toBe(200)
    const removed = await ask('claude-haiku-4.5')
    expect({ status: removed.status, code: JSON.parse(removed.body).error.code }).toEqual({
      status: 403,
      code: 'model_not_allowed',
    })
    expect((await clients.invoke('tenant2')).status).toBe(200)
  })

  it('a tenant moves to another block: the outage is measured, the others have none, and nothing of the old network is left', async () => {
    const { deployed, clients } = standing()
    const { version } = deployed.cloud.ledger
    // One that overlaps where it is: told beforehand, and not found out half-way.
    await expect(deployed.up('spoke-tenant1', { cidrBlock: '10.64.0.0/25' })).rejects.toThrow(
      /tenant1 cannot move from 10\.64\.0\.0\/24 to 10\.64\.0\.0\/25/,
    )
    expect(deployed.cloud.ledger.version).toBe(version)
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
    const shares = await clients.during(['tenant1', 'tenant2'], async () => {
      await deployed.up('spoke-tenant1', { cidrBlock: '10.64.9.0/24' })
      await setTimeout(differences.watchedMilliseconds)
    })
    expect(shares.get('tenant2')).toMatchObject({ failed: [], outageMilliseconds: 0 })
    differences.judgeMove(shares.get('tenant1'))
    expect(JSON.stringify(ofStack(deployed, 'spoke-tenant1'))).not.toContain('10.64.0.')
    expect(typesOf(deployed, 'spoke-tenant1')).toEqual(typesOf(deployed, 'spoke-tenant2'))
    await until('the end of the outage', async () => (await clients.invoke('tenant1')).status === 200)
  })
}
