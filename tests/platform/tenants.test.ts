/** A tenant's life, through the gateway: added while others are served, suspended, resumed, taken away. */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AdminAddUserToGroupCommand, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { until } from '@genai/local-cloud/testing/until'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cognitoClient, signIn } from '../../cli/hub/cognito.ts'
import { PROJECT_DIRECTORY, readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { newTenant } from '../../cli/tenant/add.ts'
import { livingTenants, setStatus } from '../../cli/tenant/items.ts'
import { limitsOf, writeLimits } from '../../cli/tenant/limits.ts'
import { addUser, disableUsers, usersOf } from '../../cli/tenant/users.ts'
import program from '../../index.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import type { Limits } from '../../shared/limits.ts'
import { functionName } from '../../shared/naming.ts'

let platform: Platform
let directory: string
let dynamodb: DynamoDBClient
let pool: Parameters<typeof addUser>[0]
const table = () => ({ dynamodb, tableName: platform.hub.tableName })
const PASSWORD = 'Correct-Horse-Battery-1'
const TENANT3 = { project: 'genai-hub-spoke', stack: 'spoke-tenant3' }

beforeAll(async () => {
  platform = await startPlatform()
  const { cloud, hub, wirePort: port, caFile } = platform
  const local = { port, caFile }
  dynamodb = new DynamoDBClient({
    region: hub.region,
    credentials: cloud.signIn(),
    requestHandler: { httpsAgent: localAgent(local) },
  })
  pool = { cognito: cognitoClient(hub.region, { local, credentials: cloud.signIn() }), userPoolId: hub.userPoolId }
  directory = mkdtempSync(join(tmpdir(), 'tenants-'))
  for (const file of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml', 'Pulumi.spoke-tenant2.yaml'])
    cpSync(join(PROJECT_DIRECTORY, file), join(directory, file))
})
afterAll(async () => {
  dynamodb.destroy()
  pool.cognito.destroy()
  await platform.close()
  rmSync(directory, { recursive: true })
})

const login = (username: string) =>
  signIn(pool.cognito, { clientId: platform.hub.userPoolClientId, username, password: PASSWORD })
/** @returns what asks for new tokens with the refresh token of a sign-in that is made now */
async function refreshTokenOf(username: string) {
  const ClientId = platform.hub.userPoolClientId
  const AuthParameters = { USERNAME: username, PASSWORD }
  const signedIn = await pool.cognito.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
  )
  const REFRESH_TOKEN = signedIn.AuthenticationResult?.RefreshToken ?? ''
  return async () => {
    const AuthFlow = 'REFRESH_TOKEN_AUTH'
    const answer = await pool.cognito.send(
      new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters: { REFRESH_TOKEN } }),
    )
    return answer.AuthenticationResult?.IdToken
  }
}
const ask = (tenantId: string, token: string) =>
  platform.call({ method: 'POST', path: `/${tenantId}/invoke`, token, body: { prompt: 'Who are you?' } })

describe('suspended and resumed', () => {
  it('is turned away within the time that its items are kept, by a warm function, and the others are not', async () => {
    expect((await platform.invoke('tenant1')).status).toBe(200)
    await setStatus(table(), 'tenant1', 'suspended', new Date())
    let answer = await platform.invoke('tenant1')
    await until('the suspension', async () => {
      answer = await platform.invoke('tenant1')
      return answer.status !== 200
    })
    expect({ status: answer.status, code: JSON.parse(answer.body).error.code }).toEqual({
      status: 403,
      code: 'tenant_suspended',
    })
    expect((await platform.invoke('tenant2')).status).toBe(200)
    expect(await livingTenants(table())).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ tenantId: 'tenant1', account: '222222222222', status: 'suspended' }),
        expect.objectContaining({ tenantId: 'tenant2', account: '333333333333', status: 'active' }),
      ]),
    )
  })

  it('stays suspended over an up that changes its configuration', async () => {
    await platform.deploy('spoke-tenant1', { defaultModel: 'claude-haiku-4.5' })
    await platform.cloud.lambda.stop(functionName('tenant1'))
    expect((await platform.invoke('tenant1')).status).toBe(403)
  })

  it('is answered again when it is resumed', async () => {
    await setStatus(table(), 'tenant1', 'active', new Date())
    await platform.cloud.lambda.stop(functionName('tenant1'))
    expect((await platform.invoke('tenant1')).status).toBe(200)
  })

  it('a tenant that is not deployed cannot be suspended, and nothing is left of the attempt', async () => {
    await expect(setStatus(table(), 'tenant9', 'suspended', new Date())).rejects.toThrow(/tenant9 is not deployed/)
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: platform.hub.tableName }))
    expect(Items.map(({ tenantId }) => tenantId?.S)).not.toContain('tenant9')
  })
})

describe('a stack that was renamed', () => {
  it('still holds its tenant: another id is refused before anything is changed', async () => {
    const { ledger } = platform.cloud
    const renamed = 'organization/genai-hub-spoke/spoke-renamed'
    // As `pulumi stack rename` leaves it: the outputs are the new name's, and the tags in AWS the old one's.
    ledger.setStackOutputs(renamed, ledger.stackOutputs('organization/genai-hub-spoke/spoke-tenant1'))
    const { version } = ledger
    const other = withSettings(readStack('spoke-tenant1'), { tenantId: 'tenant9' })
    await expect(platform.cloud.deploy({ ...other, stack: 'spoke-renamed' }, program)).rejects.toThrow(
      /This stack holds the tenant tenant1, not tenant9/,
    )
    expect(ledger.version).toBe(version)
    ledger.setStackOutputs(renamed, undefined)
  })
})

describe('limited by the operator', () => {
  const operatorOf = async (tenantId: string) => (await limitsOf(table(), tenantId)).operator

  it('has the operator’s figures beside the stack’s, over an up that changes its configuration', async () => {
    const before = await limitsOf(table(), 'tenant1')
    expect(before).toMatchObject({
      stack: {},
      operator: {},
      priced: expect.arrayContaining([...(before.models['nova-2-lite'] ?? [])]),
    })
    await writeLimits(table(), 'tenant1', before, { tenant: { requestsPerMinute: 20 } }, new Date())
    await platform.deploy('spoke-tenant1', { limits: '{"user":{"tokensPerDay":100000}}' })
    const after = await limitsOf(table(), 'tenant1')
    expect(after).toMatchObject({
      stack: { user: { tokensPerDay: 100_000 } },
      operator: { tenant: { requestsPerMinute: 20 } },
    })
    expect((await livingTenants(table())).find(({ tenantId }) => tenantId === 'tenant1')?.limits).toEqual({
      stack: after.stack,
      operator: after.operator,
    })
    expect(await operatorOf('tenant2')).toEqual({})
  })

  it('is written by one operator at a time: what was read must still be there', async () => {
    const [mine, theirs] = [await limitsOf(table(), 'tenant1'), await limitsOf(table(), 'tenant1')]
    await writeLimits(table(), 'tenant1', theirs, { tenant: { requestsPerMinute: 10 } }, new Date(Date.now() + 1))
    await expect(writeLimits(table(), 'tenant1', mine, {}, new Date())).rejects.toThrow(/changed by somebody else/)
    expect(await operatorOf('tenant1')).toEqual({ tenant: { requestsPerMinute: 10 } })
    await writeLimits(table(), 'tenant1', await limitsOf(table(), 'tenant1'), {}, new Date(Date.now() + 2))
  })

  it('is obeyed within the time that its items are kept, by a warm function, and the others see nothing of it', async () => {
    const write = async (limits: Limits) =>
      writeLimits(table(), 'tenant1', await limitsOf(table(), 'tenant1'), limits, new Date(Date.now() + 3))
    await write({ tenant: { requestsPerMinute: 1 } })
    await until('the limit', async () => (await platform.invoke('tenant1')).headers['x-error-code'] === 'rate_limited')
    expect((await platform.invoke('tenant2')).status).toBe(200)
    await write({})
    await platform.cloud.lambda.stop(functionName('tenant1'))
    expect((await platform.invoke('tenant1')).status).toBe(200)
  })

  it('is refused where nobody is deployed, and nothing is left of the attempt', async () => {
    await expect(limitsOf(table(), 'tenant9')).rejects.toThrow(/tenant9 is not deployed/)
    const none = await limitsOf(table(), 'tenant1')
    await expect(writeLimits(table(), 'tenant9', none, {}, new Date())).rejects.toThrow(/Nothing was written/)
  })
})

describe('users', () => {
  it('are made for tenants that are deployed, once, with a password that the pool takes', async () => {
    const typed = (password: string) => ({ kind: 'typed', password }) as const
    await expect(addUser(pool, 'tenant9', 'x@example.com', typed(PASSWORD))).rejects.toThrow(/tenant9 is not deployed/)
    await expect(addUser(pool, 'tenant1', 'x@example.com', typed('short'))).rejects.toThrow(/refuses that password/)
    await addUser(pool, 'tenant1', 'x@example.com', typed(PASSWORD))
    await expect(addUser(pool, 'tenant1', 'x@example.com', typed(PASSWORD))).rejects.toThrow(/is a user .* already/)
    const token = await login('x@example.com')
    expect((await ask('tenant1', token)).status).toBe(200)
    expect((await ask('tenant2', token)).status).toBe(401)
  })

  it('are made whole or not at all: a second attempt finds nothing in its way', async () => {
    const { cognito } = pool
    const { send } = cognito
    const interrupted: typeof send = (command: object, ...rest: never[]) =>
      command instanceof AdminAddUserToGroupCommand
        ? Promise.reject(new Error('lost on the way'))
        : (send as (...given: unknown[]) => never).call(cognito, command, ...rest)
    cognito.send = interrupted
    const again = () => addUser(pool, 'tenant1', 'y@example.com', { kind: 'typed', password: PASSWORD })
    await expect(again()).rejects.toThrow('lost on the way')
    cognito.send = send
    await again()
    expect((await ask('tenant1', await login('y@example.com'))).status).toBe(200)
  })
})

describe('a third tenant', () => {
  const deploy = () => platform.cloud.deploy(readStack('spoke-tenant3', directory), program)

  it('is written, deployed beside the others, and answered from its own account; the hub is untouched', async () => {
    const hubBefore = platform.cloud.ledger.all().filter(({ urn }) => urn.startsWith('urn:pulumi:hub::'))
    const made = newTenant(
      'tenant3',
      { account: '444444444444', model: ['lite=us.amazon.nova-2-lite-v1:0'] },
      directory,
    )
    writeFileSync(made.file, made.text)
    await deploy()
    await addUser(pool, 'tenant3', 'ann@example.com', { kind: 'typed', password: PASSWORD })
    const answer = await ask('tenant3', await login('ann@example.com'))
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ tenant: 'tenant3', model: 'lite' })
    expect(answer.body).toContain('444444444444')
    expect(platform.cloud.ledger.all().filter(({ urn }) => urn.startsWith('urn:pulumi:hub::'))).toEqual(hubBefore)
  })

  it('leaves nothing in the hub, loses its users their access, also to a reused id, and leaves the others alone', async () => {
    const token = await login('ann@example.com')
    const refresh = await refreshTokenOf('ann@example.com')
    await expect(refresh()).resolves.toBeDefined()
    await setStatus(table(), 'tenant3', 'suspended', new Date())
    const members = await usersOf(pool, 'tenant3')
    expect(members).toHaveLength(1)
    await disableUsers(pool, members)
    await platform.cloud.destroy(TENANT3)
    expect((await ask('tenant3', token)).status).toBe(404)
    await expect(login('ann@example.com')).rejects.toMatchObject({
      message: expect.stringContaining('cannot sign in'),
      remedy: expect.stringContaining('tenant -- user enable'),
    })
    await expect(refresh()).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: platform.hub.tableName }))
    expect(Items.filter(({ tenantId }) => tenantId?.S === 'tenant3')).toEqual([])
    const inHub = platform.cloud.ledger
      .all()
      .filter(({ account, urn }) => account === platform.hub.account && urn.startsWith('urn:pulumi:spoke-tenant3::'))
    expect(inHub).toEqual([])
    expect(await usersOf(pool, 'tenant3')).toEqual([])

    await deploy()
    await expect(login('ann@example.com')).rejects.toThrow(/cannot sign in/)
    await expect(refresh()).rejects.toMatchObject({ name: 'NotAuthorizedException' })
    expect(await usersOf(pool, 'tenant3')).toEqual([])
    expect((await livingTenants(table())).find(({ tenantId }) => tenantId === 'tenant3')?.status).toBe('active')
    expect((await platform.invoke('tenant1')).status).toBe(200)
    expect((await platform.invoke('tenant2')).status).toBe(200)
  })
})
