/** Every preset of docs/machines.md, end to end through the load balancer, on a function and in a task: let in, and refused. */
import { generateKeyPairSync } from 'node:crypto'
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { createMachineClient, SCOPE } from '../../cli/hub/machine-clients.ts'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { clientCredentials } from '../../proof/prove/testbed/machine-clients.ts'
import { type Platform, startPlatform } from './platform.ts'

const GITHUB = 'token.actions.githubusercontent.com'
const ENTRA = 'login.microsoftonline.com'
const DIRECTORY = '11111111-2222-4333-8444-555555555555'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }
const page =
  (path: string, keys: readonly object[]) =>
  async ({ target }: { readonly target: string }) =>
    target === path ? { status: 200, body: JSON.stringify({ keys }) } : { status: 404, body: '' }

const ISSUERS = {
  app: {
    issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
    audience: 'genai/tenant1',
    claims: { sub: 'arn:aws:iam::222222222222:role/application' },
  },
  ci: {
    issuer: `https://${GITHUB}`,
    audience: 'https://genai.example.com/tenant1.ci',
    claims: { repository: 'example/app', ref: 'refs/heads/main' },
  },
  batch: {
    issuer: `https://${ENTRA}/${DIRECTORY}/v2.0`,
    audience: 'application-id',
    claims: { oid: 'object-of-the-identity' },
  },
} as const

/** What the real ones have in their tokens besides, of any shape: none of it may be in the way. */
const BESIDES = {
  /** @see https://docs.github.com/en/actions/reference/security/oidc */
  ci: {
    jti: 'a1b2c3d4-0000-4000-8000-000000000000',
    sub: 'repo:example/app:ref:refs/heads/main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    repository_owner: 'example',
    repository_owner_id: '65',
    repository_id: '74',
    run_id: '30',
    run_number: '10',
    run_attempt: '2',
    repository_visibility: 'private',
    runner_environment: 'github-hosted',
    actor: 'octocat',
    actor_id: '12',
    workflow: 'deploy',
    head_ref: '',
    base_ref: '',
    event_name: 'push',
    ref_type: 'branch',
    job_workflow_ref: 'example/app/.github/workflows/deploy.yml@refs/heads/main',
  },
  /** @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
  batch: {
    aio: 'k2RgYFg/q38Ft6N/1cmfpDfMJ/vxAAA=',
    azp: 'client-of-the-identity',
    azpacr: '2',
    idtyp: 'app',
    rh: '0.AAAA',
    roles: ['Genai.Call'],
    sub: 'object-of-the-identity',
    tid: DIRECTORY,
    uti: 'abcdefghijklmnopqrstuv',
    ver: '2.0',
  },
} as const

const issued = (name: 'ci' | 'batch', change: JWTPayload = {}) =>
  new SignJWT({
    ...BESIDES[name],
    iss: ISSUERS[name].issuer,
    aud: ISSUERS[name].audience,
    ...ISSUERS[name].claims,
    ...change,
  })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: 'k1', kid: 'k1' })
    .setIssuedAt()
    .setNotBefore('0s')
    .setExpirationTime('5m')
    .sign(privateKey)

describe.each(['lambda', 'fargate'] as const)('on %s', (compute) => {
  let platform: Platform
  let partner: { readonly clientId: string; readonly secret: string }
  beforeAll(async () => {
    const fargate = compute === 'fargate'
    platform = await startPlatform({
      settings: { hub: { keySetVia: 'table', userPoolDomain: 'genai-example', ...(fargate && LOCAL_FARGATE) } },
      stacks: ['hub'],
      websites: {
        [GITHUB]: page('/.well-known/jwks', [{ ...key, alg: 'RS256' }]),
        // Its keys do not name their algorithm.
        [ENTRA]: page(`/${DIRECTORY}/discovery/v2.0/keys`, [
          { ...key, x5t: 'k1', x5c: ['MIIC'], issuer: `https://${ENTRA}/${DIRECTORY}/v2.0` },
        ]),
      },
      ...(fargate && { images: await localImages() }),
    })
    const { region, userPoolId, issuer } = platform.hub
    const local = { port: platform.wirePort, caFile: platform.caFile }
    const cognito = cognitoClient(region, { local, credentials: platform.cloud.signIn() })
    partner = await createMachineClient({ cognito, userPoolId }, 'tenant1', 'partner')
    cognito.destroy()
    const claims = { client_id: partner.clientId, token_use: 'access', scope: SCOPE }
    await platform.deploy('spoke-tenant1', {
      machineIssuers: { ...ISSUERS, partner: { issuer, claims } },
      ...(fargate && { compute: 'fargate' }),
    })
  })
  afterAll(() => platform?.close())

  async function sts(profile: string): Promise<string> {
    const client = new STSClient({
      region: 'us-east-1',
      credentials: platform.cloud.signIn(profile),
      requestHandler: new NodeHttpHandler({
        httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
      }),
    })
    const asked = new GetWebIdentityTokenCommand({ Audience: ['genai/tenant1'], SigningAlgorithm: 'RS256' })
    return (await client.send(asked)).WebIdentityToken ?? ''
  }

  /** As a partner does it, with nothing but HTTP. */
  async function partnersToken(): Promise<string> {
    const { hub, wirePort: port, caFile } = platform
    return (await clientCredentials(hub.userPoolDomain ?? '', { port, caFile }, partner)).access_token ?? ''
  }

  const answerOf = async (name: string, token: string) => {
    const path = `/tenant1.${name}/invoke`
    const { status, body } = await platform.call({ method: 'POST', path, token, body: { prompt: 'Who are you?' } })
    return { status, tenant: status === 200 ? JSON.parse(body).tenantId : undefined }
  }

  it.each<[string, string, () => Promise<string>]>([
    ['AWS workloads', 'app', () => sts('application-tenant1')],
    ['GitHub Actions', 'ci', () => issued('ci')],
    ['Entra managed identities', 'batch', () => issued('batch')],
    ['Cognito’s client credentials', 'partner', partnersToken],
  ])('%s: its machine is served, by its own path only', async (_, name, token) => {
    const given = await token()
    await expect.poll(() => answerOf(name, given), { timeout: 60_000 }).toEqual({ status: 200, tenant: 'tenant1' })
    const others = ['app', 'ci', 'batch', 'partner'].filter((other) => other !== name)
    for (const other of others) expect((await answerOf(other, given)).status).toBe(401)
    expect((await answerOf(name, await platform.token('tenant1'))).status).toBe(401)
  })

  it.each<[string, string, () => Promise<string>]>([
    ['another tenant’s account', 'app', () => sts('application-tenant2')],
    ['another branch', 'ci', () => issued('ci', { ref: 'refs/pull/7/merge' })],
    ['another identity of the directory', 'batch', () => issued('batch', { oid: 'another' })],
    ['Entra ID’s first version', 'batch', () => issued('batch', { iss: `https://sts.windows.net/${DIRECTORY}/` })],
    ['a user’s access token', 'partner', () => platform.accessToken('tenant1')],
  ])('%s is refused', async (_, name, token) => {
    expect((await answerOf(name, await token())).status).toBe(401)
  })
})
