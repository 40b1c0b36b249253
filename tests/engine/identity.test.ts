/** Who calls, by the Pulumi CLI: a second factor, machines and people of a tenant's own provider come and go, and nothing is replaced. */
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import type { EngineEvent, OpMap } from '@pulumi/pulumi/automation/index.js'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineToken } from '../../cli/demo/machine.ts'
import { callGateway } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { callers } from '../deployments/callers.ts'
import { type Changes, type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { ofStack } from '../deployments/while-served.ts'
import { CLIENT_ID, oidcProvider, type Reached, secretOf, signInAtProvider } from '../oidc-provider.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const
const [HUB, FIRST, SECOND] = ['hub', 'spoke-tenant1', 'spoke-tenant2'] as const
const ACME = 'login.acme.example'
const CI = 'token.actions.githubusercontent.com'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'ci', alg: 'RS256', use: 'sig' }]

const APP = { name: 'app', roleArn: 'arn:aws:iam::222222222222:role/application', audience: 'genai/tenant1' }
const app = {
  issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
  audience: APP.audience,
  claims: { sub: APP.roleArn },
}
const ci = { issuer: `https://${CI}`, audience: 'genai/tenant1.ci', claims: { repository: 'example/app' } }
const WITH_PROVIDER = {
  federatedProviders: JSON.stringify({
    acme: { type: 'oidc', tenant: 'tenant1', issuer: `https://${ACME}`, clientId: CLIENT_ID },
  }),
}

const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

describe.skipIf(!cli)('who may call, by the CLI', () => {
  let deployed: DeployedByCli
  let clients: ReturnType<typeof callers>
  let reached: Reached
  beforeAll(async () => {
    if (!cli) return
    deployed = await deployByCli(
      cli,
      {
        delayMilliseconds: 0,
        websites: {
          [ACME]: oidcProvider(ACME, { sub: 'Ann', claims: { 'custom:tenant_id': 'tenant2' } }),
          [CI]: async ({ target }) =>
            target === '/.well-known/jwks'
              ? { status: 200, body: JSON.stringify({ keys }) }
              : { status: 404, body: '' },
        },
      },
      {
        [HUB]: { keySetVia: 'table', userPoolDomain: 'genai-example', userPoolMfa: 'optional' },
        [FIRST]: { machineIssuers: JSON.stringify({ app }) },
      },
    )
    clients = callers(deployed, deployed.hub)
    const { port } = await deployed.cloud.wire.open(LAPTOP)
    reached = { port, caFile: deployed.cloud.authority.caFile }
  })
  afterAll(async () => {
    await deployed?.close()
  })

  const statusOf = async (path: string, token: string) => {
    const via = { port: deployed.port(), caFile: reached.caFile }
    const call = { method: 'POST', path: `/${path}/invoke`, token, body: { prompt: 'Who are you?' } } as const
    return (await callGateway(deployed.hub.gatewayUrl, via, call)).status
  }
  const appToken = () => machineToken(deployed.cloud, APP, deployed.hub.region, reached)
  const ciToken = () =>
    new SignJWT({ iss: ci.issuer, aud: ci.audience, sub: 'repo:example/app', ...ci.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'ci' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
  const ann = async () => (await signInAtProvider(deployed.hub, 'acme', reached)).idToken

  /** Previews a change, makes it while everybody calls, and asks whether the preview was right. @returns how many of each kind */
  async function changed(stack: string, changes: Changes = {}): Promise<OpMap> {
    await deployed.set(stack, changes)
    const replaced: string[] = []
    const onEvent = ({ resourcePreEvent }: EngineEvent) => {
      const { op = 'same', type = '' } = resourcePreEvent?.metadata ?? {}
      if (op === 'replace') replaced.push(type)
    }
    const { changeSummary: told } = await (await deployed.engine.stack(stack)).preview({ ...quiet, onEvent })
    // An invocation is no thing on AWS: with other issuers their keys are fetched before the rule is made.
    expect(replaced.filter((type) => type !== 'aws:lambda/invocation:Invocation')).toEqual([])
    const shares = await clients.during(['tenant1', 'tenant2'], () => deployed.up(stack))
    for (const share of shares.values()) expect(share).toMatchObject({ failed: [], outageMilliseconds: 0 })
    return told
  }
  const soon = { timeout: 60_000, interval: 500 }

  it('people and machines call, and a preview changes nothing', async () => {
    expect(await statusOf('tenant1', await clients.token('tenant1'))).toBe(200)
    expect(await statusOf('tenant1.app', await appToken())).toBe(200)
    for (const stack of [HUB, FIRST, SECOND]) {
      const { changeSummary } = await (await deployed.engine.stack(stack)).preview(quiet)
      expect(Object.keys(changeSummary).filter((what) => what !== 'read')).toEqual(['same'])
    }
  })

  it('a second machine is a rule more, and the first one stays as it is', async () => {
    const [rule] = deployed.cloud.ledger
      .all('aws:lb/listenerRule:ListenerRule')
      .filter(({ urn }) => urn.endsWith('lane-machine-app'))
    expect(await changed(FIRST, { machineIssuers: JSON.stringify({ app, ci }) })).toMatchObject({
      create: 1,
      update: 1,
    })
    await expect.poll(async () => statusOf('tenant1.ci', await ciToken()), soon).toBe(200)
    expect(await statusOf('tenant1.app', await appToken())).toBe(200)
    expect(deployed.cloud.ledger.all('aws:lb/listenerRule:ListenerRule')).toContainEqual(rule)
  })

  it('a provider is added to the pool, its secret encrypted; its people call when their tenant was deployed', async () => {
    const secret = await deployed.engine.pulumi([
      ...['config', 'set', '--secret', '--path', 'federatedSecrets.acme', secretOf(ACME), '-s', HUB],
    ]).ended
    expect(secret).toMatchObject({ code: 0 })
    expect(await changed(HUB, WITH_PROVIDER)).toMatchObject({ create: 1, update: 1 })
    expect(await changed(FIRST)).toMatchObject({ create: expect.any(Number) })
    const token = await ann()
    await expect.poll(() => statusOf('tenant1.acme', token), soon).toBe(200)
    for (const path of ['tenant1', 'tenant2', 'tenant1.app']) expect(await statusOf(path, token)).toBe(401)
    // As it lies on the disk: `pulumi stack export` of the Automation API shows what is encrypted there.
    const files = [join(deployed.project, 'Pulumi.hub.yaml'), ...filesIn(join(deployed.project, '../backend'))]
    const written = files.map((file) => readFileSync(file, 'utf8'))
    expect(written.filter((text) => text.includes('identity-federated-acme')).length).toBeGreaterThan(0)
    expect(written.filter((text) => text.includes(secretOf(ACME)))).toEqual([])
  })

  it('the second factor becomes required, optional and off again in place, and no token that is out stops being good', async () => {
    const [before] = deployed.cloud.ledger.all('aws:cognito/userPool:UserPool')
    expect(await changed(HUB, { userPoolMfa: 'required' })).toMatchObject({ update: 1 })
    const client = cognitoClient(deployed.hub.region, { local: reached })
    const AuthParameters = { USERNAME: 'user@tenant1.example.com', PASSWORD: 'correct horse battery staple A1!' }
    const signIn = { ClientId: deployed.hub.userPoolClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters } as const
    expect((await client.send(new InitiateAuthCommand(signIn))).ChallengeName).toBe('MFA_SETUP')
    for (const userPoolMfa of ['optional', 'off']) await changed(HUB, { userPoolMfa })
    expect((await client.send(new InitiateAuthCommand(signIn))).AuthenticationResult?.IdToken).toBeDefined()
    client.destroy()
    expect(deployed.cloud.ledger.all('aws:cognito/userPool:UserPool').map(({ id }) => id)).toEqual([before?.id])
  })

  it('a provider is taken away again, and its people with it; users of the pool and machines go on', async () => {
    const token = await ann()
    expect(await changed(HUB, { federatedProviders: undefined, federatedSecrets: undefined })).toMatchObject({
      delete: 1,
      update: 1,
    })
    await expect(ann()).rejects.toThrow()
    await changed(FIRST)
    await expect.poll(() => statusOf('tenant1.acme', token), soon).toBe(404)
    expect(await statusOf('tenant1.app', await appToken())).toBe(200)
  })

  it('a machine is taken away in place, and the stacks are destroyed without a rest', async () => {
    await changed(FIRST, { machineIssuers: JSON.stringify({ app }) })
    await expect.poll(async () => statusOf('tenant1.ci', await ciToken()), soon).toBe(404)
    for (const stack of [FIRST, SECOND, HUB]) {
      await (await deployed.engine.stack(stack)).destroy(quiet)
      expect(ofStack(deployed, stack)).toEqual([])
    }
  })
})
