/**
 * The audit trail, end to end: a request is decided upon, the function prints its line, CloudWatch Logs delivers it to the
 * audit function, which writes it to the tenant's stream. Behind the demo's listener, where functions answer everything.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrailQuery, TrailRecord } from '../../cli/audit/trail.ts'
import type { GatewayAnswer, GatewayCall } from '../../cli/demo/request.ts'
import { claimsOf } from '../../cli/hub/cognito.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { trailOf } from './read.ts'

const FUNCTION = 'aws:lambda/function:Function'
const ITEM = 'aws:dynamodb/tableItem:TableItem'
const ROLE = 'aws:iam/role:Role'
/** In no record, whatever became of the request that it was in. */
const CANARY = 'canary-7f3b1c'

let platform: Platform
const insecure = { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: true }
beforeAll(async () => {
  platform = await startPlatform({ settings: { hub: { ...insecure, deletionProtection: true } } })
})
afterAll(() => platform?.close())

const trail = (query?: Partial<TrailQuery>) => trailOf(platform, query)

const requestIdOf = ({ headers }: GatewayAnswer) => String(headers['x-request-id'])

async function recorded(answer: GatewayAnswer): Promise<readonly TrailRecord[]> {
  return (await trail()).filter(({ requestId }) => requestId === requestIdOf(answer))
}

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

const invoke = async (change: Partial<GatewayCall> = {}) =>
  platform.call({
    method: 'POST',
    path: '/tenant1/invoke',
    token: await platform.token('tenant1'),
    body: { prompt: CANARY },
    ...change,
  })

/** Nothing remembered: keys, items and credentials are fetched anew. */
async function cold<T>(work: () => Promise<T>): Promise<T> {
  await platform.cloud.lambda.stop('genai-gateway-tenant1')
  try {
    return await work()
  } finally {
    await platform.cloud.lambda.stop('genai-gateway-tenant1')
  }
}

/** Says that a key of the user pool has signed it. Of a key that the pool may have made a moment ago nobody would say no yet. */
async function forgedToken(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256')
  const token = await platform.token('tenant1')
  return await new SignJWT({ ...claimsOf(token), note: CANARY })
    .setProtectedHeader({ alg: 'RS256', kid: `${decodeProtectedHeader(token).kid}` })
    .sign(privateKey)
}

const configurationItem = () =>
  platform.cloud.ledger
    .all(ITEM)
    .filter(({ urn, account }) => urn.includes('spoke-tenant1') && account === '111111111111')

const CASES: readonly [check: string, outcome: string, status: number, call: () => Promise<GatewayAnswer>][] = [
  ['all', 'ok', 200, () => invoke()],
  ['path', 'path_not_found', 404, () => invoke({ path: `/tenant1/${CANARY}` })],
  ['token', 'token_untrusted', 401, async () => invoke({ token: await forgedToken() })],
  ['tenant', 'tenant_mismatch', 403, async () => invoke({ token: await platform.token('tenant2') })],
  ['status', 'tenant_unknown', 404, () => cold(() => platform.without(configurationItem(), () => invoke()))],
  ['request', 'field_unknown', 400, () => invoke({ body: { prompt: CANARY, [CANARY]: CANARY } })],
  ['model', 'model_not_allowed', 403, () => invoke({ body: { prompt: CANARY, model: CANARY } })],
  [
    'account',
    'credentials_refused',
    502,
    () => {
      const [role] = platform.cloud.ledger.all(ROLE).filter(({ outputs }) => outputs.name === 'genai-models-tenant1')
      if (!role) throw new Error("tenant1's role is not there")
      const nobody = JSON.stringify({ Version: '2012-10-17', Statement: [] })
      return cold(() => platform.changed(role, { assumeRolePolicy: nobody }, () => invoke()))
    },
  ],
  [
    'platform',
    // The first thing that is read of DynamoDB.
    'identity_unavailable',
    503,
    () =>
      cold(async () => {
        const fault = platform.cloud.faults.add({
          where: { service: 'dynamodb' },
          fault: { kind: 'error', code: 'InternalServerError', status: 500 },
        })
        return await invoke().finally(() => fault.remove())
      }),
  ],
]

describe('every decision is recorded', () => {
  it.each(CASES)('by the check "%s": %s', async (check, outcome, status, call) => {
    const answer = await call()
    expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toMatchObject({ status })
    const records = await recorded(answer)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      tenant: 'tenant1',
      requestId: requestIdOf(answer),
      decision: check === 'all' ? 'allowed' : 'refused',
      check,
      outcome,
      status,
      event: expect.stringMatching(/^\d{56}$/),
    })
    // A token that is not trusted, or cannot be looked at, names nobody.
    if (['path', 'token', 'platform'].includes(check)) expect(records[0]).not.toHaveProperty('user')
    else {
      const subject = await platform.token(check === 'tenant' ? 'tenant2' : 'tenant1')
      expect(records[0]?.user).toBe(claimsOf(subject).sub)
    }
  })

  it("has the caller's trace, which Bedrock is sent too", async () => {
    const traced = await recorded(await invoke({ headers: { traceparent: TRACE } }))
    const untraced = await recorded(await invoke({ headers: { traceparent: `${TRACE} ${CANARY}` } }))
    expect([...traced, ...untraced].map(({ outcome, traceparent }) => ({ outcome, traceparent }))).toEqual([
      { outcome: 'ok', traceparent: TRACE },
      { outcome: 'ok', traceparent: undefined },
    ])
  })

  it('and no record holds content, tokens or passwords', async () => {
    const text = JSON.stringify(await trail())
    expect(text).toContain('token_untrusted')
    for (const never of [CANARY, 'Bearer', await platform.token('tenant1'), 'eyJ', 'arn:aws', '222222222222'])
      expect(text).not.toContain(never)
  })

  it('in the stream of its own tenant', async () => {
    const answer = await platform.invoke('tenant2')
    expect(answer.status).toBe(200)
    expect(await trail({ tenant: 'tenant9' })).toEqual([])
    expect((await trail({ tenant: 'tenant2' })).map(({ requestId }) => requestId)).toEqual([requestIdOf(answer)])
    expect(new Set((await trail({ tenant: 'tenant1' })).map(({ tenant }) => tenant))).toEqual(new Set(['tenant1']))
  })
})

describe('a function that prints what it likes', () => {
  /** Claims another tenant, and carries what no record may. */
  const forged = {
    time: '2020-01-01T00:00:00.000Z',
    tenant: 'tenant2',
    requestId: 'forged-1',
    decision: 'allowed',
    check: 'all',
  }
  const line = JSON.stringify({ ...forged, user: `${CANARY} with spaces`, prompt: CANARY, outcome: CANARY })
  const text = `exports.handler = async () => { process.stdout.write(${JSON.stringify(`${line}\n`)}); return { statusCode: 200 } }`
  const code = {
    archive: 'entries',
    entries: { 'handler.cjs': { asset: 'text', text, sha256: createHash('sha256').update(text).digest('hex') } },
    sha256: createHash('sha256').update(line).digest('hex'),
  }

  it('writes to its own stream only, under its own name, and its claim is told', async () => {
    const [gateway] = platform.cloud.ledger
      .all(FUNCTION)
      .filter(({ outputs }) => outputs.name === 'genai-gateway-tenant1')
    if (!gateway) throw new Error("tenant1's function is not there")
    await platform.changed(gateway, { code }, () => invoke())
    const [record, ...others] = (await trail({ tenant: 'tenant1' })).filter(({ requestId }) => requestId === 'forged-1')
    expect(others).toEqual([])
    expect(record).toEqual({
      time: forged.time,
      tenant: 'tenant1',
      requestId: 'forged-1',
      decision: 'allowed',
      check: 'all',
      event: expect.any(String),
      claimed: 'tenant2',
    })
    expect(JSON.stringify(await trail({ tenant: 'tenant2' }))).not.toContain('forged')
  })

  it('has no other way into the trail, nor to who writes it', async () => {
    const { cloud, wirePort, caFile, hub } = platform
    const name = 'genai-gateway-tenant1'
    const credentials = cloud.credentials.issue(
      {
        arn: `arn:aws:sts::${hub.account}:assumed-role/${name}/${name}`,
        account: hub.account,
        roleArn: `arn:aws:iam::${hub.account}:role/${name}`,
        sessionName: name,
        tags: {},
        sessionPolicies: [],
        sourceFunctionArn: `arn:aws:lambda:${hub.region}:${hub.account}:function:${name}`,
      },
      900,
    )
    const client = new CloudWatchLogsClient({
      region: hub.region,
      credentials,
      requestHandler: { httpsAgent: localAgent({ port: wirePort, caFile, keepAlive: false }) },
    })
    const put = (logGroupName: string, logStreamName: string): Promise<string> =>
      client
        .send(
          new PutLogEventsCommand({
            logGroupName,
            logStreamName,
            logEvents: [{ timestamp: Date.now(), message: line }],
          }),
        )
        .then(
          () => 'written',
          ({ name }: Error) => name,
        )
    for (const stream of ['tenant1', 'tenant2']) expect(await put('/genai/audit', stream)).toBe('AccessDeniedException')
    expect(await put('/aws/lambda/genai-gateway-tenant2', 'x')).toBe('AccessDeniedException')
    // Its own group it may write to, which is what it does by printing.
    expect(await put(`/aws/lambda/${name}`, 'no-such-stream')).toBe('ResourceNotFoundException')
  })
})

describe('deliveries', () => {
  const functionArn = () => platform.hub.auditFunctionArn
  const delivery = (id: string, change: object = {}) => {
    const message = JSON.stringify({
      time: '2026-11-24T00:00:00.000Z',
      tenant: 'tenant2',
      decision: 'allowed',
      check: 'all',
    })
    const body = {
      messageType: 'DATA_MESSAGE',
      owner: '111111111111',
      logGroup: '/aws/lambda/genai-gateway-tenant2',
      logStream: 's',
      subscriptionFilters: ['audit'],
      logEvents: [{ id, timestamp: Date.now(), message }],
      ...change,
    }
    return JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(body)).toString('base64') } })
  }
  const source = (account: string, name: string) => ({
    ...({ kind: 'service', principal: 'logs.amazonaws.com' } as const),
    sourceArn: `arn:aws:logs:us-east-1:${account}:log-group:${name}:*`,
    sourceAccount: account,
  })
  const deliver = (payload: string) =>
    platform.cloud.lambda.invoke({
      functionArn: functionArn(),
      payload,
      caller: source('111111111111', '/aws/lambda/genai-gateway-tenant2'),
    })

  it('that come twice are one decision', async () => {
    const before = (await trail({ tenant: 'tenant2' })).length
    for (const _ of [1, 2]) expect((await deliver(delivery('7'.repeat(56)))).functionError).toBeUndefined()
    expect((await trail({ tenant: 'tenant2' })).length).toBe(before + 1)
  })

  it('too old for CloudWatch Logs are written all the same, with their own time in the record', async () => {
    const message = JSON.stringify({
      time: '2020-02-02T00:00:00.000Z',
      tenant: 'tenant2',
      decision: 'refused',
      check: 'path',
    })
    const logEvents = [{ id: '8'.repeat(56), timestamp: Date.parse('2020-02-02'), message }]
    expect((await deliver(delivery('', { logEvents }))).functionError).toBeUndefined()
    expect(await trail({ tenant: 'tenant2', since: Date.now() - 60_000 })).toContainEqual({
      time: '2020-02-02T00:00:00.000Z',
      tenant: 'tenant2',
      decision: 'refused',
      check: 'path',
      event: '8'.repeat(56),
    })
  })

  it('of control are taken; what is none, or no tenant’s, fails and is counted', async () => {
    expect(
      (await deliver(delivery('', { messageType: 'CONTROL_MESSAGE', logGroup: '' }))).functionError,
    ).toBeUndefined()
    for (const payload of [
      '{}',
      delivery('1', { logGroup: '/aws/lambda/genai-gateway-../x' }),
      delivery('1', { logGroup: 'x' }),
    ])
      expect((await deliver(payload)).functionError).toBe('Unhandled')
    const states = platform.cloud.monitoring.alarms()
    expect(states.find(({ name }) => name === 'genai/hub/audit-errors')?.state).toBe('ALARM')
    expect(states.find(({ name }) => name === 'genai/hub/audit-lost')?.state).toBe('OK')
  })

  it.each([
    ['another account’s group', '222222222222', '/aws/lambda/genai-gateway-tenant2'],
    ['a group that is no tenant’s', '111111111111', '/aws/lambda/other'],
  ])('from %s are not let in', async (_what, account, name) => {
    const call = { functionArn: functionArn(), payload: delivery('1'), caller: source(account, name) }
    await expect(platform.cloud.lambda.invoke(call)).rejects.toThrow('no resource-based policy allows')
  })
})
