/** Who may call, on the real engine: a second factor, federation with a secret, and machines, each in place on a hub with tenants. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const quiet = { color: 'never' } as const
const POOL = 'aws:cognito/userPool:UserPool'
const PROVIDER = 'aws:cognito/identityProvider:IdentityProvider'
const RULE = 'aws:lb/listenerRule:ListenerRule'
const SECRET = 'a secret of the provider, never in the open'

const HUB = { deletionProtection: 'false', keySetVia: 'table', userPoolDomain: 'genai-example' }
const acme = (more: object = {}) =>
  JSON.stringify({
    acme: { type: 'oidc', tenant: 'tenant1', issuer: 'https://login.acme.example', clientId: 'genai', ...more },
  })
const MACHINES = JSON.stringify({
  ci: {
    issuer: 'https://token.actions.githubusercontent.com',
    audience: 'genai',
    claims: { sub: 'repo:acme/app:ref:refs/heads/main', repository: 'acme/app' },
  },
})

describe.skipIf(!cli)('identity on the real engine', () => {
  let engine: Engine
  let poolId = ''

  beforeAll(async () => {
    if (!cli) return
    engine = await startEngine(cli, { delayMilliseconds: 20 })
    await (await engine.stack('hub', HUB)).up(quiet)
    await (await engine.stack('spoke-tenant1')).up(quiet)
    poolId = engine.cloud.ledger.all(POOL)[0]?.id ?? ''
  })
  afterAll(async () => {
    await engine?.close()
  })

  const all = (type: string) => engine.cloud.ledger.all(type)

  it('a second factor is set, required and taken back on the pool that is there', async () => {
    for (const [userPoolMfa, configured] of [
      ['optional', 'OPTIONAL'],
      ['required', 'ON'],
      ['off', 'OFF'],
    ] as const) {
      const { summary } = await (await engine.stack('hub', { userPoolMfa })).up(quiet)
      expect([userPoolMfa, summary.resourceChanges]).toEqual([userPoolMfa, { same: expect.any(Number), update: 1 }])
      expect(all(POOL)).toMatchObject([{ id: poolId, outputs: { mfaConfiguration: configured } }])
    }
  })

  it('federation without a secret is refused, and nothing is made', async () => {
    const hub = await engine.stack('hub', { federatedProviders: acme() })
    await expect(hub.up(quiet)).rejects.toThrow(/there is no secret of "acme"/)
    expect(all(PROVIDER)).toEqual([])
  })

  it('a provider is made with its secret, which is nowhere in the open, and a second up finds nothing to do', async () => {
    const hub = await engine.stack('hub', { federatedProviders: acme() })
    await hub.setConfig('genai-hub-spoke:federatedSecrets.acme', { value: SECRET, secret: true }, true)
    const { stdout, outputs } = await hub.up(quiet)
    expect(outputs.federatedProviders?.value).toEqual({ acme: 'tenant1' })
    expect(all(PROVIDER)).toMatchObject([
      { inputs: { providerDetails: { client_secret: SECRET }, attributeMapping: { username: 'sub' } } },
    ])
    const { summary, stdout: second } = await hub.up({ ...quiet, refresh: true, expectNoChanges: true })
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(['same'])
    for (const said of [stdout, second, JSON.stringify(await hub.exportStack())]) expect(said).not.toContain(SECRET)
  })

  it('its people have a rule of the tenant from its next up on, and machines theirs beside it', async () => {
    const tenant = await engine.stack('spoke-tenant1', { machineIssuers: MACHINES })
    const { summary } = await tenant.up(quiet)
    expect(summary.resourceChanges).not.toHaveProperty('replace')
    const claims = all(RULE)
      .filter(({ urn }) => urn.includes('lane-machine-'))
      .map(({ urn, inputs }) => [urn.split('lane-machine-')[1], JSON.stringify(inputs.actions)] as const)
    expect(claims.map(([name]) => name).sort()).toEqual(['acme', 'ci'])
    expect(Object.fromEntries(claims).acme).toContain(`${poolId}_acme`)
    const { summary: again } = await tenant.up({ ...quiet, expectNoChanges: true })
    expect(Object.keys(again.resourceChanges ?? {})).toEqual(['same'])
  })

  it('a machine of the name of a provider is refused, and a provider that goes takes its rule along', async () => {
    const clash = await engine.stack('spoke-tenant1', { machineIssuers: MACHINES.replace('"ci"', '"acme"') })
    await expect(clash.up(quiet)).rejects.toThrow(
      /has a machine acme, and the hub's federatedProviders has a provider acme/,
    )
    const hub = await engine.stack('hub', { federatedProviders: '{}' })
    await hub.removeConfig('genai-hub-spoke:federatedSecrets')
    await hub.up(quiet)
    expect(all(PROVIDER)).toEqual([])
    await (await engine.stack('spoke-tenant1', { machineIssuers: '{}' })).up(quiet)
    expect(all(RULE).filter(({ urn }) => urn.includes('lane-machine-'))).toEqual([])
    expect(all(POOL)).toMatchObject([{ id: poolId }])
  })
})
