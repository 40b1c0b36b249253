/** The harmless part of the matrix, aimed at a served local cloud as if it were deployed: over TLS and HTTP, with a user's tokens. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf } from '../../proof/prove/attempt.ts'
import { allAttempts } from '../../proof/prove/attempts/all.ts'
import { proveDeployed } from '../../proof/prove/deployed/deployed.ts'
import { type DeployedHub, openDeployed } from '../../proof/prove/deployed/deployed-hub.ts'
import { passes } from '../../proof/prove/report/report.ts'
import { toMarkdown } from '../../proof/prove/report/report-text.ts'
import { startTestbed, type Testbed } from '../../proof/prove/testbed/testbed.ts'
import { SABOTAGES } from './sabotages.ts'

let testbed: Testbed
let hub: DeployedHub
beforeAll(async () => {
  testbed = await startTestbed()
  const { platform, people } = testbed
  hub = {
    gatewayUrl: platform.localUrl,
    region: testbed.hub.region,
    clientId: testbed.hub.userPoolClientId,
    username: people.own.username,
    password: people.own.password,
    otherTenantId: 'tenant2',
    local: { port: platform.wirePort, caFile: platform.caFile },
  }
})
afterAll(() => testbed?.close())

async function broken<T>(layers: readonly string[], work: () => Promise<T>): Promise<T> {
  const { ledger } = testbed.platform.cloud
  const meant = SABOTAGES.filter(({ layer }) => layers.includes(layer))
  const resources: readonly Declared[] = (await Promise.all(meant.map(({ declare }) => declare(testbed)))).flat()
  const before = resources.flatMap(({ urn }) => ledger.byUrn(urn) ?? [])
  for (const resource of resources) await ledger.put(resource)
  try {
    return await work()
  } finally {
    for (const resource of before) await ledger.put(resource)
  }
}

const throughIn = (rows: Awaited<ReturnType<typeof proveDeployed>>['rows']) =>
  rows.filter(({ verdict }) => verdict === 'not stopped').map(({ id }) => id)

describe('against a gateway that is deployed', () => {
  it('what does no harm is tried, and of every other attempt it is said why not', async () => {
    const { rows, notMade } = await proveDeployed(await openDeployed(hub))
    expect(throughIn(rows)).toEqual([])
    expect(rows.length).toBeGreaterThan(70)
    expect(new Set(rows.map(({ attempt }) => attempt.family))).toEqual(new Set(['tokens', 'users', 'paths', 'bodies']))
    expect(notMade.map(({ id }) => id)).toContain('tokens/expired')
    const accounted = new Set([...rows, ...notMade].map(({ id }) => id))
    expect(allAttempts.map(idOf).filter((id) => !accounted.has(id))).toEqual([])
    expect(rows.map(({ id }) => id).filter((id) => notMade.some((one) => one.id === id))).toEqual([])
    for (const { why } of notMade) expect(why).not.toBe('')
    expect(passes({ rows })).toBe(true)
    const versions = { project: '1', node: '24', contract: 2 }
    const text = toMarkdown({ target: hub.gatewayUrl, madeAt: '', versions, seconds: 1, rows, notMade })
    expect(text).toContain('Nothing was switched off, and nothing was changed.')
    expect(text).toContain('- tokens/expired: it needs a token signed with')
  })

  it('nothing is changed: the users are those that there were, as they were', async () => {
    const attributes = async () => {
      const step = await testbed.pool.unsigned('GetUser', { AccessToken: testbed.people.own.session.accessToken })
      return step.ok ? step.value : step.outcome
    }
    const before = [await attributes(), testbed.platform.cloud.ledger.version]
    await proveDeployed(await openDeployed(hub))
    expect([await attributes(), testbed.platform.cloud.ledger.version]).toEqual(before)
  })

  it('one that believes any token is reported', async () => {
    const { rows } = await broken(['loadBalancerToken', 'functionToken'], async () =>
      proveDeployed(await openDeployed(hub)),
    )
    expect(passes({ rows })).toBe(false)
    expect(throughIn(rows)).toEqual(expect.arrayContaining(['tokens/alg-none', 'tokens/hs256-public-key']))
  })

  it('a user pool that anybody can sign up in is reported, and so are attributes that users write', async () => {
    const { rows } = await broken(['userPool', 'userPoolClient'], async () => proveDeployed(await openDeployed(hub)))
    expect(throughIn(rows)).toContain('users/sign-up-of-known-name')
    expect(rows.find(({ id }) => id === 'users/own-claim-rewritten')?.stops.map(({ layer }) => layer)).not.toContain(
      'userPoolClient',
    )
  })

  it('is tried over HTTPS, with a user of another tenant than the one that is reached for', async () => {
    await expect(openDeployed({ ...hub, gatewayUrl: 'http://gateway.example' })).rejects.toThrow(/HTTPS only/)
    await expect(openDeployed({ ...hub, otherTenantId: 'tenant1' })).rejects.toThrow(/user's own tenant/)
    await expect(openDeployed({ ...hub, password: 'wrong' })).rejects.toThrow(/cannot sign in/)
  })

  it('a tenant that is not deployed is refused: nothing could cross to it, and the report would say that all is well', async () => {
    await expect(openDeployed({ ...hub, otherTenantId: 'tenant77' })).rejects.toThrow(/No tenant tenant77 is deployed/)
    await expect(openDeployed({ ...hub, otherTenantId: testbed.suspended.tenantId })).resolves.toBeDefined()
  })
})
