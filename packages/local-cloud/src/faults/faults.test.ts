import { describe, expect, it } from 'vitest'
import { createCredentialStore } from '../iam/credential-store.ts'
import type { WireResponse } from '../wire/service.ts'
import { createFaults, type FaultRule } from './faults.ts'

const answered: WireResponse = { status: 200, headers: {}, body: 'fine' }
const from = { kind: 'function', functionName: 'caller', account: '111111111111' } as const
const converse = { host: 'x', method: 'POST', target: '/model/us.amazon.nova-2-lite-v1%3A0/converse' }

function start(seed?: number) {
  const faults = createFaults({ now: () => 1_000, ...(seed !== undefined && { seed }) })
  const serve = (service = 'bedrock-runtime', call: object = converse, origin: object = from) =>
    faults.wire.serve({ service, from: origin as typeof from, call: call as typeof converse }, async () => answered)
  return { ...faults, serve }
}

const fault = { kind: 'error', code: 'X', status: 599 } as const

describe('which calls a rule hits', () => {
  it.each<[string, FaultRule['where'], number]>([
    ['everything', {}, 599],
    ['the service', { service: 'bedrock-runtime' }, 599],
    ['another service', { service: 'sts' }, 200],
    ['the operation', { operation: 'Converse' }, 599],
    ['another operation', { operation: 'InvokeModel' }, 200],
    ['the account that an unsigned call comes from', { account: '111111111111' }, 599],
    ['another account', { account: '222222222222' }, 200],
    ['the function', { functionName: 'caller' }, 599],
    ['another function', { functionName: 'other' }, 200],
    ['the model, decoded', { model: 'us.amazon.nova-2-lite-v1:0' }, 599],
    ['all but one', { service: 'bedrock-runtime', functionName: 'other' }, 200],
  ])('%s', async (_, where, status) => {
    const { switches, serve } = start()
    switches.add({ where, fault })
    expect((await serve()).status).toBe(status)
  })

  it('the signer counts, not where the call comes from', async () => {
    const { switches, serve, credentials } = start()
    const session = { arn: 'a', account: '222222222222', roleArn: 'r', sessionName: 's', tags: {}, sessionPolicies: [] }
    const { accessKeyId } = credentials(createCredentialStore(() => 1_000)).issue(session, 60)
    switches.add({ where: { account: '222222222222' }, fault })
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261101/us-east-1/bedrock/aws4_request`,
    }
    expect((await serve('bedrock-runtime', { ...converse, headers })).status).toBe(599)
  })

  it('operations of every protocol: a header, a form, a document', async () => {
    const calls = {
      Query: { headers: { 'x-amz-target': 'DynamoDB_20120810.Query' }, method: 'POST', target: '/' },
      AssumeRole: {
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        method: 'POST',
        target: '/',
        body: Buffer.from('Action=AssumeRole&Version=2011-06-15'),
      },
      'jwks.json': { method: 'GET', target: '/pool/.well-known/jwks.json' },
    }
    for (const [operation, call] of Object.entries(calls)) {
      const { switches, serve } = start()
      const rule = switches.add({ where: { operation }, fault })
      await serve('sts', call)
      expect([operation, rule.hits]).toEqual([operation, 1])
    }
  })

  it('so many times', async () => {
    const { switches, serve } = start()
    switches.add({ where: {}, fault, times: 2 })
    expect([(await serve()).status, (await serve()).status, (await serve()).status]).toEqual([599, 599, 200])
  })

  it('this share of them; its n-th call meets the same fate for the same seed, whatever comes between', async () => {
    const fates = async (seed: number, between: boolean) => {
      const { switches, serve } = start(seed)
      switches.add({ where: { service: 'bedrock-runtime' }, fault, probability: 0.25 })
      switches.add({ where: { service: 'sts' }, fault, probability: 0.5 })
      const statuses: number[] = []
      for (let index = 0; index < 400; index++) {
        if (between && index % 3 === 0) await serve('sts')
        statuses.push((await serve()).status)
      }
      return statuses
    }
    const first = await fates(1, false)
    const share = first.filter((status) => status === 599).length / first.length
    expect(share).toBeGreaterThan(0.17)
    expect(share).toBeLessThan(0.33)
    expect(await fates(1, true)).toEqual(first)
    expect(await fates(2, false)).not.toEqual(first)
  })

  it('a fault that the call does not get to has not hit it', async () => {
    const { switches, serve, lambda } = start()
    switches.add({ where: { service: 'sts' }, fault: { kind: 'reset' }, times: 1 })
    const later = switches.add({ where: { service: 'sts' }, fault, times: 1 })
    expect([(await serve('sts')).delivery, later.hits]).toEqual(['reset', 0])
    expect([(await serve('sts')).status, later.hits]).toEqual([599, 1])
    const anywhere = switches.add({ where: {}, fault: { kind: 'reset' }, times: 1 })
    await lambda.before({ functionName: 'caller', account: '111111111111' })
    expect(anywhere.hits).toBe(0)
  })

  it('and none once it is switched off', async () => {
    const { switches, serve } = start()
    await switches.during([{ where: {}, fault }], async () => expect((await serve()).status).toBe(599))
    switches.add({ where: {}, fault })
    switches.clear()
    expect(await serve()).toEqual(answered)
  })
})

describe('what a fault does', () => {
  it("errors are in each service's own format", async () => {
    const { switches, serve } = start()
    switches.add({ where: {}, fault: { kind: 'throttling' } })
    expect(await serve('sts')).toMatchObject({ status: 400, body: expect.stringContaining('<Code>Throttling</Code>') })
    expect(await serve('dynamodb')).toMatchObject({ status: 400, body: expect.stringContaining('ThrottlingException') })
    expect(await serve()).toMatchObject({
      status: 429,
      served: { operation: 'Converse', errorCode: 'ThrottlingException' },
    })
    await expect(serve('s3')).rejects.toThrow("faults that are errors of the service 's3'")
  })

  it('a service with a wrong clock, and nobody else', async () => {
    const { switches, wire, now } = start()
    switches.add({ where: { service: 'sts' }, fault: { kind: 'clockSkew', seconds: 300 } })
    const read = async (service: string) => {
      const at: number[] = []
      const work = async () => {
        await Promise.resolve()
        at.push(now())
        return answered
      }
      await wire.serve({ service, from, call: converse }, work)
      return at[0]
    }
    expect(await Promise.all([read('sts'), read('dynamodb')])).toEqual([1_300, 1_000])
    expect(now()).toBe(1_000)
  })

  it('a caller who goes away does not keep a slow answer waiting', async () => {
    const { switches, serve } = start()
    switches.add({ where: {}, fault: { kind: 'latency', milliseconds: 60_000 } })
    expect(await serve('sts', { ...converse, signal: AbortSignal.timeout(10) })).toMatchObject({ delivery: 'silence' })
  })

  it.each<[FaultRule, string]>([
    [{ where: {}, fault, times: 0 }, 'times is 0'],
    [{ where: {}, fault, probability: 1.5 }, 'probability is 1.5'],
    [{ where: { service: 'lambda' }, fault: { kind: 'reset' } }, 'a function cannot have reset'],
    [{ where: {}, fault: { kind: 'kill', afterMilliseconds: 1 } }, "kill is for the services 'lambda' and 'ecs' only"],
    [{ where: { service: 'dynamodb' }, fault: { kind: 'shortSession', seconds: 9 } }, "for the service 'sts' only"],
    [{ where: { service: 'bedrok' }, fault }, "no service 'bedrok' in the local cloud, only sts, dynamodb"],
    [
      { where: { service: 'sts', operation: 'Converse' }, fault },
      "sts has no operation 'Converse'; there are AssumeRole",
    ],
    [{ where: { operation: 'Converze' }, fault }, "no service has an operation 'Converze'"],
    [{ where: { operation: 'jwks.json' }, fault: { kind: 'expiredCredentials' } }, 'is read without credentials'],
    [
      { where: {}, fault: { kind: 'latency', milliseconds: 0 } },
      'milliseconds is 0, not a whole number of 1 to 3600000',
    ],
    [{ where: {}, fault: { kind: 'clockSkew', seconds: 0 } }, '0 seconds wrong is right'],
    [
      { where: {}, fault: { kind: 'error', code: 'X', status: 200 } },
      'status is 200, not a whole number of 400 to 599',
    ],
    [{ where: {}, fault: { kind: 'error', code: '<b>', status: 500 } }, "code is '<b>', not an error's name"],
  ])('a rule that could do nothing is refused: %j', (rule, why) => {
    expect(() => start().switches.add(rule)).toThrow(why)
  })
})
