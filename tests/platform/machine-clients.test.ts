/** Machines with an app client: added by the command's own code, deployed, called, rotated, blocked and taken away. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { addMachineSecret, endOlderSecret, machineClients } from '../../cli/hub/machine-clients.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { addMachine, removeMachine } from '../../cli/tenant/machine-client.ts'
import { type Platform, startPlatform } from './platform.ts'

const directory = mkdtempSync(join(tmpdir(), 'machines-'))
const file = (tenant: string) => join(directory, `Pulumi.spoke-${tenant}.yaml`)
const PREFIX = 'genai-example'
const HOST = `${PREFIX}.auth.us-east-1.amazoncognito.com`

let platform: Platform
let hub: Parameters<typeof addMachine>[0]
beforeAll(async () => {
  for (const name of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml', 'Pulumi.spoke-tenant2.yaml'])
    cpSync(join(PROJECT_DIRECTORY, name), join(directory, name))
  platform = await startPlatform({
    project: directory,
    settings: { hub: { userPoolDomain: PREFIX, deletionProtection: false } },
  })
  const { region, userPoolId } = platform.hub
  const local = { port: platform.wirePort, caFile: platform.caFile }
  const cognito = cognitoClient(region, { local, credentials: platform.cloud.signIn() })
  hub = { region, userPoolId, cognito }
})
afterAll(async () => {
  await platform?.close()
  rmSync(directory, { recursive: true })
})

/** As a machine anywhere does it, with nothing but HTTP. */
async function tokenOf({ clientId, secret }: { readonly clientId: string; readonly secret: string }) {
  const agent = localAgent({ port: platform.wirePort, caFile: platform.caFile, keepAlive: false })
  const body = await new Promise<string>((resolve, reject) => {
    const sent = request(
      {
        agent,
        host: HOST,
        method: 'POST',
        path: '/oauth2/token',
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      },
      (response) => void response.toArray().then((chunks) => resolve(Buffer.concat(chunks).toString()), reject),
    )
    sent.on('error', reject)
    sent.end('grant_type=client_credentials')
  })
  return JSON.parse(body) as { readonly access_token?: string; readonly error?: string }
}

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
  })
})
