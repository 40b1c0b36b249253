/** `keySetVia: table`: rotations and outages of the issuer while tenants are served, and who may write the table. */
import { DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Session } from '@genai/local-cloud/iam/authorize'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { organization } from '../../sample-organization.ts'
import { keySetsFunctionName, keySetsTableName, roleArn, tableName } from '../../shared/naming.ts'
import { type Platform, startPlatform } from './platform.ts'

const HUB = '111111111111'
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const
/** Somebody who may do everything in the hub's account. */
const administrator = { name: 'administrator', trust: everything, policy: everything }

let platform: Platform
let elapsed = 0
beforeAll(async () => {
  platform = await startPlatform({
    now: () => Date.now() / 1000 + elapsed,
    settings: { hub: { keySetVia: 'table' } },
    organization: {
      ...organization,
      accounts: organization.accounts.map((account) =>
        account.id === HUB ? { ...account, roles: [...account.roles, administrator] } : account,
      ),
    },
  })
}, 120_000)
afterAll(() => platform?.close())

const answerOf = async (tenant: string, token: string) => {
  const { status, body } = await platform.call({
    method: 'POST',
    path: `/${tenant}/invoke`,
    token,
    body: { prompt: 'Who are you?' },
  })
  return { status, code: status === 200 ? 'ok' : (JSON.parse(body) as { error: { code: string } }).error.code }
}

/** A token as the pool would issue it now. */
async function signed(tenant: string): Promise<string> {
  const [, payload = ''] = (await platform.token(tenant)).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return await platform.cloud.cognito.sign(platform.hub.userPoolId, claims)
}

const fetchNow = () => platform.cloud.schedules.run(keySetsFunctionName)

describe('a rotation of the keys', () => {
  it('is 503 until the next fetch, and then served', async () => {
    expect((await platform.invoke('tenant1')).status).toBe(200)
    await platform.cloud.cognito.rotateKeys(platform.hub.userPoolId)
    const token = await signed('tenant1')
    expect(await answerOf('tenant1', token)).toEqual({ status: 503, code: 'identity_unavailable' })
    // What was signed with the old keys is served all the while.
    expect((await platform.invoke('tenant1')).status).toBe(200)
    await fetchNow()
    // The function looks into the table again, but not more often than once a second.
    await expect
      .poll(() => answerOf('tenant1', token), { timeout: 60_000, interval: 500 })
      .toEqual({
        status: 200,
        code: 'ok',
      })
  })
})

describe('an issuer out of reach', () => {
  it('leaves the last good keys', async () => {
    const before = await items()
    const pool = platform.resource('aws:cognito/userPool:UserPool')
    // Nobody answers for a pool that is gone.
    await platform.without([pool], fetchNow)
    expect(await items()).toEqual(before)
    const lines = platform.cloud.lambda.logs(keySetsFunctionName).map(({ line }) => line)
    expect(lines.filter((line) => line.includes('"failed"')).at(-1)).toMatch(
      /"reason":"it (answered 4|was not reached)/,
    )
    await fetchNow()
    expect(await items()).not.toEqual(before)
  })

  it('is told by an alarm when nothing was fetched for five minutes, whatever the cause', async () => {
    const state = () =>
      platform.cloud.monitoring.alarms().find(({ name }) => name === 'genai/hub/key-sets-stale')?.state
    await fetchNow()
    await platform.cloud.monitoring.settled()
    expect(state()).toBe('OK')
    elapsed = 360
    expect(state()).toBe('ALARM')
    elapsed = 0
  })
})

const clientOf = (role: string) => {
  const session: Session = {
    arn: `arn:aws:sts::${HUB}:assumed-role/${role}/somebody`,
    account: HUB,
    roleArn: roleArn(HUB, role),
    sessionName: 'somebody',
    tags: {},
    sessionPolicies: [],
  }
  return new DynamoDBClient({
    region: 'us-east-1',
    credentials: platform.cloud.credentials.issue(session, 3600),
    maxAttempts: 1,
    endpoint: 'https://dynamodb.us-east-1.amazonaws.com',
    requestHandler: new NodeHttpHandler({
      httpsAgent: localAgent({ port: platform.wirePort, caFile: platform.caFile }),
    }),
  })
}

const items = async () =>
  (
    await clientOf('administrator').send(
      new QueryCommand({
        TableName: keySetsTableName,
        KeyConditionExpression: 'tenantId = :owner',
        ExpressionAttributeValues: { ':owner': { S: '@hub' } },
      }),
    )
  ).Items

describe('who may write', () => {
  const put = (TableName: string, item: string) =>
    new PutItemCommand({ TableName, Item: { tenantId: { S: '@hub' }, issuer: { S: 'https://x' }, item: { S: item } } })

  it('nobody but the function puts a key set there, not even an administrator', async () => {
    await expect(clientOf('administrator').send(put(keySetsTableName, ''))).rejects.toThrow(
      /with an explicit deny in a resource-based policy/,
    )
    await expect(clientOf(keySetsFunctionName).send(put(keySetsTableName, ''))).resolves.toBeDefined()
  })

  it('the function changes no tenant’s items, and reads their issuers only', async () => {
    const fetcher = clientOf(keySetsFunctionName)
    await expect(fetcher.send(put(tableName, 'configuration'))).rejects.toThrow(
      /not authorized to perform: dynamodb:PutItem/,
    )
    const scan = (ProjectionExpression?: string) =>
      fetcher.send(
        new ScanCommand({
          TableName: tableName,
          ...(ProjectionExpression !== undefined && {
            ProjectionExpression,
            Select: 'SPECIFIC_ATTRIBUTES',
            ExpressionAttributeNames: { '#item': 'item' },
          }),
        }),
      )
    await expect(scan('tenantId, #item, machineIssuers')).resolves.toBeDefined()
    await expect(scan('tenantId, #item, roleArn')).rejects.toThrow(/not authorized to perform: dynamodb:Scan/)
    await expect(scan()).rejects.toThrow(/not authorized to perform: dynamodb:Scan/)
  })

  it('a tenant’s function reads its own partition and the hub’s, and no other, through the hub’s endpoint only', async () => {
    const query = (owner: string) =>
      platform.cloud.authorize({
        action: 'dynamodb:Query',
        resource: platform.hub.keySetsTableArn ?? '',
        resourceAccount: HUB,
        region: 'us-east-1',
        session: {
          arn: `arn:aws:sts::${HUB}:assumed-role/genai-gateway-tenant1/x`,
          account: HUB,
          roleArn: roleArn(HUB, 'genai-gateway-tenant1'),
          sessionName: 'x',
          tags: {},
          sessionPolicies: [],
        },
        context: { 'dynamodb:LeadingKeys': [owner], 'aws:SourceVpc': platform.hub.vpcId },
      })
    for (const owner of ['@hub', 'tenant1']) expect(await query(owner)).toEqual({ allowed: true })
    expect(await query('tenant2')).toMatchObject({ allowed: false, layers: ['identity', 'boundary'] })
  })
})
