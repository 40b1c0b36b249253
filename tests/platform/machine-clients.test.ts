/** Machines with an app client: added by the command's own code, deployed, called, rotated, blocked and taken away. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClients } from '../../cli/doctor/clients.ts'
import { signedCall } from '../../cli/doctor/signed-call.ts'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { addMachineSecret, endOlderSecret, machineClients } from '../../cli/hub/machine-clients.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { addMachine, removeMachine, rotateMachine } from '../../cli/tenant/machine-client.ts'
import { openStore, type SecretStore } from '../../cli/tenant/machine-secret.ts'
import { clientCredentials } from '../../proof/prove/testbed/machine-clients.ts'
import { organization } from '../../sample-organization.ts'
import { roleArn } from '../../shared/naming.ts'
import { machineSecretsPolicy, SECRETS_ROLE } from '../../shared/policies/machine-secrets.ts'
import { type Platform, startPlatform } from './platform.ts'

const directory = mkdtempSync(join(tmpdir(), 'machines-'))
const file = (tenant: string) => join(directory, `Pulumi.spoke-${tenant}.yaml`)
const PREFIX = 'genai-example'
const HOST = `${PREFIX}.auth.us-east-1.amazoncognito.com`

/** Roles of the tenants' accounts: a machine's own, and two that may do a part of what `machine add` needs. */
const ROLES = [
  ['genai-deployer-machine', ['secretsmanager:GetSecretValue']],
  ['genai-deployer-maker', ['secretsmanager:CreateSecret']],
  ['genai-deployer-maker-and-eraser', ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret']],
] as const
const withRoles = {
  ...organization,
  accounts: organization.accounts.map((account) => {
    const keeper = account.roles.find(({ name }) => name === SECRETS_ROLE)
    const roles = ROLES.flatMap(([name, Action]) => {
      const Statement = machineSecretsPolicy().Statement.map((statement) => ({ ...statement, Action }))
      return keeper ? [{ ...keeper, name, policy: { ...keeper.policy, Statement } }] : []
    })
    return { ...account, roles: [...account.roles, ...roles] }
  }),
}

let platform: Platform
let hub: Parameters<typeof addMachine>[0]
beforeAll(async () => {
  for (const name of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml', 'Pulumi.spoke-tenant2.yaml'])
    cpSync(join(PROJECT_DIRECTORY, name), join(directory, name))
  platform = await startPlatform({
    project: directory,
    organization: withRoles,
    settings: { hub: { userPoolDomain: PREFIX, deletionProtection: false } },
  })
  const { region, userPoolId } = platform.hub
  const cognito = cognitoClient(region, { local: local(), credentials: platform.cloud.signIn() })
  hub = { region, userPoolId, cognito }
})
afterAll(async () => {
  await platform?.close()
  rmSync(directory, { recursive: true })
})

const local = () => ({ port: platform.wirePort, caFile: platform.caFile })
const agent = () => localAgent({ ...local(), keepAlive: false })
const storeFor = (name: string, role = SECRETS_ROLE): Promise<SecretStore> =>
  openStore('tenant1', name, {
    aws: false,
    directory,
    role,
    connection: { where: 'the local cloud', credentials: platform.cloud.signIn(), agent: agent(), needsPulumi: false },
  })

/** As a machine of the tenant's account fetches it. @returns undefined where there is none */
async function stored(name: string, VersionStage = 'AWSCURRENT') {
  const [account, role, sessionName] = ['222222222222', 'genai-deployer-machine', 'machine']
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`
  const session = { arn, account, roleArn: roleArn(account, role), sessionName, tags: {}, sessionPolicies: [] }
  const credentials = platform.cloud.credentials.issue(session, 900)
  const clients = createClients({ region: 'us-east-1', credentials, agent: agent() })
  const service = { region: 'us-east-1', service: 'secretsmanager', target: 'secretsmanager' }
  try {
    const { SecretString } = await signedCall<{ readonly SecretString: string }>(
      clients,
      { ...service, host: 'secretsmanager.us-east-1.amazonaws.com' },
      'GetSecretValue',
      { SecretId: `genai/tenant1/${name}`, VersionStage },
    )
    const { CLIENT_ID: clientId = '', CLIENT_SECRET: secret = '', TOKEN_URL: url } = JSON.parse(SecretString)
    return { clientId: String(clientId), secret: String(secret), url }
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
    throw error
  }
}

/** As a machine anywhere does it, with nothing but HTTP. */
const tokenOf = (client: { readonly clientId: string; readonly secret: string }) =>
  clientCredentials(HOST, local(), client)

const statusOf = async (path: string, token = '') =>
  (await platform.call({ method: 'POST', path, token, body: { prompt: 'Who are you?' } })).status
/** A warm function has read the tenant's items a moment ago. */
const soon = { timeout: 60_000, interval: 500 }

describe('a machine with an app client', () => {
  let first: { readonly clientId: string; readonly secret: string }

  it('is in the stack file, without its secret, and is let in once that is deployed', async () => {
    first = await addMachine(hub, { tenantId: 'tenant1', name: 'partner', directory })
    const text = readFileSync(file('tenant1'), 'utf8')
    expect(text).toContain(first.clientId)
    expect(text).not.toContain(first.secret)
    const { access_token: token } = await tokenOf(first)
    expect(await statusOf('/tenant1.partner/invoke', token)).toBe(404)
    await platform.deploy('spoke-tenant1', {})
    await expect.poll(() => statusOf('/tenant1.partner/invoke', token), soon).toBe(200)
  })

  it('is not added twice, and nothing is made for it then', async () => {
    const before = await machineClients(hub)
    await expect(addMachine(hub, { tenantId: 'tenant1', name: 'partner', directory })).rejects.toThrow(
      'has a machine partner already',
    )
    await expect(addMachine(hub, { tenantId: 'tenant9', name: 'partner', directory })).rejects.toThrow(
      'tenant9 has no stack file',
    )
    expect(await machineClients(hub)).toEqual(before)
  })

  it.each<[string, string, () => Promise<string | undefined>]>([
    ['another tenant’s machine', '/tenant1.partner/invoke', async () => other()],
    ['its token on the people’s path', '/tenant1/invoke', async () => (await tokenOf(first)).access_token],
    ['its token on another tenant’s path', '/tenant2/invoke', async () => (await tokenOf(first)).access_token],
    ['a user’s ID token', '/tenant1.partner/invoke', () => platform.token('tenant1')],
    ['a user’s access token', '/tenant1.partner/invoke', () => platform.accessToken('tenant1')],
  ])('%s is refused', async (_, path, token) => {
    expect(await statusOf(path, await token())).toBe(401)
  })

  async function other() {
    const made = await addMachine(hub, { tenantId: 'tenant2', name: 'partner', directory })
    const { access_token: token } = await tokenOf(made)
    await removeMachine(hub, { tenantId: 'tenant2', name: 'partner', directory })
    return token
  }

  it('has two secrets during a rotation, and then the newer one', async () => {
    const next = await addMachineSecret(hub, first.clientId)
    for (const one of [first, next]) expect(await tokenOf(one)).toHaveProperty('access_token')
    await expect(addMachineSecret(hub, first.clientId)).rejects.toThrow('There are two secrets already')
    await endOlderSecret(hub, first.clientId)
    expect(await tokenOf(first)).toEqual({ error: 'invalid_client' })
    expect(await statusOf('/tenant1.partner/invoke', (await tokenOf(next)).access_token)).toBe(200)
    await expect(endOlderSecret(hub, first.clientId)).rejects.toThrow('There is one secret only')
    first = next
  })

  it('that is taken away gets no more tokens, and its path goes with the next deployment', async () => {
    const { access_token: token } = await tokenOf(first)
    const gone = await removeMachine(hub, { tenantId: 'tenant1', name: 'partner', directory })
    expect(gone).toEqual([`the app client ${first.clientId}`, 'its entry in Pulumi.spoke-tenant1.yaml'])
    expect(await tokenOf(first)).toEqual({ error: 'invalid_client' })
    expect(await statusOf('/tenant1.partner/invoke', token)).toBe(200)
    await platform.deploy('spoke-tenant1', {})
    expect(await statusOf('/tenant1.partner/invoke', token)).toBe(404)
    expect(readFileSync(file('tenant1'), 'utf8')).toBe(
      readFileSync(join(PROJECT_DIRECTORY, 'Pulumi.spoke-tenant1.yaml'), 'utf8'),
    )
    expect(await machineClients(hub)).toEqual([])
  })
})

describe('a machine whose secret is in Secrets Manager of the tenant’s account', () => {
  const nothingLeft = async (name: string) => {
    expect(await machineClients(hub)).toEqual([])
    expect(await stored(name)).toBeUndefined()
    expect(readFileSync(file('tenant1'), 'utf8')).not.toContain(name)
  }
  const vault = { tenantId: 'tenant1', name: 'vault', directory }

  it.each([
    ['genai-usage', /account 222222222222 \(us-east-1\) cannot be written\. AccessDeniedException: .*CreateSecret/],
    [
      'genai-deployer-maker-and-eraser',
      /cannot be written\. AccessDeniedException: .*PutSecretValue.* Nothing was changed\.$/,
    ],
  ])('is not made where %s may not write it', async (role, refusal) => {
    const asked = vi.spyOn(hub.cognito, 'send')
    const refused = await addMachine(hub, vault, await storeFor('vault', role)).catch((error: unknown) => error)
    // No app client was made, not even for a moment.
    expect(asked.mock.calls.map(([command]) => command.constructor.name)).toEqual(['ListUserPoolClientsCommand'])
    asked.mockRestore()
    expect(refused).toMatchObject({ message: expect.stringMatching(refusal) })
    expect(refused).toMatchObject({ remedy: 'The policy of the role: npm run tenant -- machine add --policy' })
    await nothingLeft('vault')
  })

  it('is refused before anything is asked where the account has no such role', async () => {
    await expect(storeFor('vault', 'no-such-role')).rejects.toThrow(/no-such-role.* Nothing was changed/)
  })

  it('whatever cannot be taken away again is named', async () => {
    await expect(addMachine(hub, vault, await storeFor('half', 'genai-deployer-maker'))).rejects.toThrow(
      /PutSecretValue.*What could not be taken away again: the secret genai\/tenant1\/half .*DeleteSecret/,
    )
    await (await storeFor('half')).remove()
    await nothingLeft('half')
  })

  it('leaves no app client and no secret behind where its value cannot be written', async () => {
    const store = await storeFor('vault')
    const failing = { ...store, write: () => Promise.reject(new Error('The connection was reset.')) }
    await expect(addMachine(hub, vault, failing)).rejects.toThrow('The connection was reset. Nothing was changed.')
    await nothingLeft('vault')
  })

  it('is in its stack file by its client only; the machine fetches the secret, and has a token', async () => {
    const store = await storeFor('vault')
    const made = await addMachine(hub, vault, store)
    expect(await stored('vault')).toEqual({ clientId: made.clientId, secret: made.secret, url: undefined })
    expect(await tokenOf(made)).toHaveProperty('access_token')
    expect(readFileSync(file('tenant1'), 'utf8')).not.toContain(made.secret)
    expect(JSON.stringify(platform.cloud.ledger.all())).not.toContain(made.secret)
    // Another machine of this name is refused before its client exists.
    await removeMachine(hub, vault)
    await expect(addMachine(hub, vault, store)).rejects.toThrow(/ResourceExistsException: .* Nothing was changed/)
    expect(await machineClients(hub)).toEqual([])
    await store.remove()
  })

  it('reads the newer secret after a rotation, of which nothing is left where it fails', async () => {
    const store = await storeFor('vault')
    const first = await addMachine(hub, vault, store)
    const failing = { ...store, write: () => Promise.reject(new Error('The connection was reset.')) }
    await expect(rotateMachine(hub, vault, failing)).rejects.toThrow('Nothing was changed.')
    // A reader's, which may not write: refused before there is a second secret.
    await expect(rotateMachine(hub, vault, await storeFor('vault', 'genai-deployer-machine'))).rejects.toThrow(
      /PutSecretValue/,
    )
    expect(await stored('vault')).toMatchObject({ secret: first.secret })
    const next = await rotateMachine(hub, vault, store)
    expect(await stored('vault')).toMatchObject({ secret: next.secret })
    expect(await stored('vault', 'AWSPREVIOUS')).toMatchObject({ secret: first.secret })
    await endOlderSecret(hub, first.clientId)
    expect(await tokenOf(first)).toEqual({ error: 'invalid_client' })
    const gone = await removeMachine(hub, vault, store)
    expect(gone[0]).toBe('the secret genai/tenant1/vault in Secrets Manager of account 222222222222 (us-east-1)')
    await nothingLeft('vault')
  })

  it('whose first secret was printed gets one there by a rotation', async () => {
    await addMachine(hub, vault)
    const store = await storeFor('vault')
    const next = await rotateMachine(hub, vault, store)
    expect(await stored('vault')).toMatchObject({ secret: next.secret })
    await removeMachine(hub, vault, store)
    await nothingLeft('vault')
  })
})

describe('the domain of the user pool', () => {
  it('is not set together with Cognito’s endpoint, nor in the deployment that leaves it', async () => {
    await expect(platform.deploy('hub', { userPoolDomain: PREFIX, keySetVia: 'endpoint' })).rejects.toThrow(
      /userPoolDomain: it is set, and keySetVia is endpoint/,
    )
  })

  it('is set once nobody reads keys through the endpoint: not by the `up` that leaves it', async () => {
    const kept = { deletionProtection: false }
    await platform.deploy('hub', { ...kept, keySetVia: 'endpoint' })
    const leaving = platform.deploy('hub', { ...kept, keySetVia: 'table', userPoolDomain: PREFIX })
    await expect(leaving).rejects.toThrow(/read keys through Cognito's endpoint still/)
    await platform.deploy('hub', { ...kept, keySetVia: 'table' })
    await platform.deploy('hub', { ...kept, keySetVia: 'table', userPoolDomain: PREFIX })
  })

  it('can be taken away, and then there are no machines with app clients', async () => {
    await platform.deploy('hub', { deletionProtection: false })
    await expect(addMachine(hub, { tenantId: 'tenant1', name: 'partner', directory })).rejects.toThrow(
      'This hub has no app clients for machines',
    )
    const store = await storeFor('partner')
    const added = addMachine(hub, { tenantId: 'tenant1', name: 'partner', directory }, store)
    await expect(added).rejects.toThrow(/This hub has no app clients for machines.* Nothing was changed/)
    expect(await stored('partner')).toBeUndefined()
  })
})
