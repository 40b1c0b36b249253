/** The matrix can fail: a platform with a hole in it is reported, and which layer is missing. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf } from '../../cli/prove/attempt.ts'
import { allAttempts } from '../../cli/prove/attempts/all.ts'
import { proveDeployed } from '../../cli/prove/deployed.ts'
import { passes, toMarkdown } from '../../cli/prove/report.ts'
import { prove, type Row } from '../../cli/prove/run.ts'
import { type Site, startSite } from '../../cli/prove/site.ts'
import { createSwitches } from '../../cli/prove/switches.ts'
import { gatewayWithout } from '../../cli/prove/variants.ts'
import type { Declared, Properties } from '../../local/ledger.ts'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site?.close())

/** One attempt on the platform as it is now. */
async function rowOf(id: string): Promise<Row> {
  const attempts = allAttempts.filter((attempt) => idOf(attempt) === id)
  const [row] = await prove(site, createSwitches(site.platform.cloud, site.iam), attempts)
  if (!row) throw new Error(`no attempt ${id}`)
  return row
}

const all = (type: string) => site.platform.cloud.ledger.all(type)

/** Edits every resource of a type while `work` runs. */
async function edited<T>(
  resources: readonly Declared[],
  outputs: (resource: Declared) => Properties,
  work: () => Promise<T>,
) {
  const { ledger } = site.platform.cloud
  for (const one of resources) await ledger.put({ ...one, outputs: { ...one.outputs, ...outputs(one) } })
  try {
    return await work()
  } finally {
    for (const one of resources) await ledger.put(one)
  }
}

const withoutValidation = ({ outputs }: Declared): Properties => ({
  actions: (outputs.actions as readonly Properties[]).filter(({ type }) => type !== 'jwt-validation'),
})
const RULE = 'aws:lb/listenerRule:ListenerRule'

describe('a hole', () => {
  it('that lets an attempt through is reported as not stopped', async () => {
    // A mistake in one place: the function's group lets it out to every spoke, not to its own only.
    const own = all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule').filter(
      ({ outputs }) => String(outputs.description) === 'Model endpoint of the tenant itself',
    )
    expect(own.length).toBeGreaterThan(0)
    const row = await edited(
      own,
      () => ({ cidrIpv4: '10.64.0.0/10' }),
      () => rowOf('network/function-to-other-endpoint'),
    )
    expect(row).toMatchObject({ verdict: 'not stopped', outcome: { kind: 'through' }, stops: [] })
    const report = { target: 'a test', madeAt: '', version: '', rows: [row] }
    expect(passes(report)).toBe(false)
    expect(toMarkdown(report)).toContain('**NOT STOPPED**')
  })

  it('behind another layer is reported as a layer that is missing', async () => {
    const row = await edited(all(RULE), withoutValidation, () => rowOf('tokens/alg-none'))
    expect(row).toMatchObject({ verdict: 'weakened', outcome: { kind: 'stopped', by: ['functionToken'] } })
    const report = { target: 'a test', madeAt: '', version: '', rows: [row] }
    expect(passes(report)).toBe(false)
    expect(toMarkdown(report)).toContain('**WEAKENED**')
  })

  it('in two layers at once lets a forged token through', async () => {
    const code = await gatewayWithout(['functionToken'])
    const row = await edited(all(RULE), withoutValidation, () =>
      edited(
        all('aws:lambda/function:Function'),
        () => ({ code }),
        () => rowOf('tokens/alg-none'),
      ),
    )
    expect(row.verdict).toBe('not stopped')
  })

  it("in the Transit Gateway's tables, the routes and the groups joins two spokes", async () => {
    const switches = createSwitches(site.platform.cloud, site.iam)
    await switches.off(new Set(['vpcRoutes', 'transitGateway', 'securityGroups']))
    try {
      const outcome = await allAttempts.find((attempt) => idOf(attempt) === 'network/spoke-to-spoke')?.make(site)
      expect(outcome?.kind).toBe('through')
    } finally {
      await switches.restore()
    }
  })

  it('in an external id is noticed', async () => {
    const roles = all('aws:iam/role:Role').filter(({ outputs }) => String(outputs.name).startsWith('genai-models-'))
    const row = await edited(
      roles,
      ({ outputs }) => ({
        assumeRolePolicy: String(outputs.assumeRolePolicy).replace(/,"sts:ExternalId":"[^"]*"/, ''),
      }),
      () => rowOf('identity/own-role-without-external-id'),
    )
    expect(row.verdict).toBe('not stopped')
  })

  it('is not there: the same attempts are stopped', async () => {
    for (const id of ['network/function-to-other-endpoint', 'tokens/alg-none', 'identity/own-role-without-external-id'])
      expect((await rowOf(id)).verdict, id).toBe('stopped')
  })
})

describe('against a gateway that is deployed', () => {
  const deployed = async () => ({
    gatewayUrl: site.platform.localUrl,
    ca: readFileSync(site.platform.caFile, 'utf8'),
    keys: (await site.platform.cloud.cognito.keySet(site.hub.userPoolId)).keys.map((key) => ({ ...key })),
    tokens: { idToken: await site.forge.genuine('tenant1'), accessToken: await site.forge.accessToken() },
    tenantId: 'tenant1',
    otherTenantId: 'tenant2',
  })

  it('tokens and paths are tried, and what needs the pool’s key is said not to be', async () => {
    const { rows, notMade } = await proveDeployed(await deployed(), () => {})
    expect(rows.filter(({ verdict }) => verdict === 'not stopped').map(({ id }) => id)).toEqual([])
    expect(rows.length).toBeGreaterThan(40)
    expect(new Set(rows.map(({ attempt }) => attempt.family))).toEqual(new Set(['tokens', 'paths']))
    expect(notMade.map(({ id }) => id)).toContain('tokens/expired')
    expect(passes({ rows })).toBe(true)
  })

  it('one that believes any token is reported', async () => {
    const code = await gatewayWithout(['functionToken', 'tenantMatch'])
    const { rows } = await edited(all(RULE), withoutValidation, () =>
      edited(
        all('aws:lambda/function:Function'),
        () => ({ code }),
        async () => proveDeployed(await deployed(), () => {}),
      ),
    )
    expect(passes({ rows })).toBe(false)
    const through = rows.filter(({ verdict }) => verdict === 'not stopped').map(({ id }) => id)
    expect(through).toEqual(expect.arrayContaining(['tokens/alg-none', 'tokens/none', 'paths/other-tenant']))
  })

  it('is tried over HTTPS only', async () => {
    await expect(
      proveDeployed({ ...(await deployed()), gatewayUrl: 'http://gateway.example' }, () => {}),
    ).rejects.toThrow(/HTTPS only/)
  })
})

describe('taking a check out of the code', () => {
  it('changes the bundle for every check, and for no check nothing', async () => {
    const bundles = await Promise.all(
      [[], ['functionToken'], ['tenantMatch'], ['functionRequest']].map((checks) => gatewayWithout(checks as never)),
    )
    expect(new Set(bundles.map(({ sha256 }) => sha256)).size).toBe(4)
  })
})
