/** The switch that `npm run genai -- fault` works: what a person asks for happens, and what cannot happen is refused. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Control, openControl } from '../../cli/control/server.ts'
import { KINDS } from '../../cli/fault/kinds.ts'
import { createSwitch, faultCommand, type SwitchRequest } from '../../cli/fault/switch.ts'
import { type Fixture, OK, startFixture } from './faults-fixture.ts'

let fixture: Fixture
let faults: ReturnType<typeof createSwitch>
let opened: Control
beforeAll(async () => {
  fixture = await startFixture()
  faults = createSwitch(fixture.cloud)
  opened = await openControl({ faults: faultCommand(fixture.cloud) })
})
afterAll(async () => {
  opened?.close()
  await fixture?.close()
})

const add = (kind: string, options: Readonly<Record<string, string>> = {}) => faults({ verb: 'add', kind, options })

it('a fault is for the tenant that is named, is listed with its hits, and is over once cleared', async () => {
  expect(add('throttling', { tenant: 'tenant1', service: 'bedrock-runtime' })).toMatchObject([{ hits: 0 }])
  expect(await fixture.see('tenant1')).toMatchObject({ status: 429, code: 'model_throttled' })
  expect(await fixture.see('tenant2')).toEqual(OK)
  const [row] = faults({ verb: 'list' })
  expect(row).toMatchObject({ kind: 'throttling', options: { tenant: 'tenant1' }, hits: 3 })
  expect(faults({ verb: 'clear', number: row?.number ?? 0 })).toEqual([])
  expect(await fixture.see('tenant1')).toEqual(OK)
})

it("an outage is of the tenant's own endpoint, in the zone that is named", async () => {
  add('outage', { tenant: 'tenant1' })
  expect(await fixture.seeCold('tenant1')).toEqual({ status: 503, code: 'model_unreachable' })
  expect(await fixture.see('tenant2')).toEqual(OK)
  faults({ verb: 'clear' })
  add('outage', { tenant: 'tenant1', zone: 'use1-az1' })
  expect(await fixture.seeCold('tenant1')).toEqual(OK)
  expect(faults({ verb: 'clear' })).toEqual([])
})

it('every kind can be switched on as its own example does it', () => {
  for (const [kind, { example }] of Object.entries(KINDS)) {
    const words = example
      .slice(example.indexOf(`fault add ${kind}`))
      .split(' ')
      .slice(3)
    const options: Record<string, string> = {}
    const pairs = words.join(' ').matchAll(/--([a-z-]+)[ =](\S+)/g)
    for (const [, name = '', value = ''] of pairs) options[name] = value
    expect(add(kind, options).at(-1)).toMatchObject({ kind, options })
  }
  expect(faults({ verb: 'clear' })).toEqual([])
})

describe('what cannot be is refused, with what can', () => {
  it.each<[SwitchRequest, RegExp]>([
    [{ verb: 'add', kind: 'slow', options: {} }, /There is no fault "slow"/],
    [{ verb: 'add', kind: 'latency', options: {} }, /latency needs --milliseconds/],
    [{ verb: 'add', kind: 'reset', options: { code: 'X' } }, /--code does not go with reset/],
    [{ verb: 'add', kind: 'latency', options: { milliseconds: 'x' } }, /--milliseconds is no number: x/],
    [{ verb: 'add', kind: 'reset', options: { service: 's3' } }, /no service 's3' in the local cloud, only sts/],
    [{ verb: 'add', kind: 'reset', options: { tenant: 'tenant9' } }, /no tenant tenant9 in the local cloud/],
    [{ verb: 'add', kind: 'reset', options: { account: '1' } }, /no account 1 in the organisation/],
    [{ verb: 'add', kind: 'outage', options: { zone: 'eu-1' } }, /Nothing is in the zone "eu-1"/],
    [{ verb: 'add', kind: 'outage', options: { endpoint: 'vpce-1' } }, /There is no endpoint vpce-1/],
    [{ verb: 'clear', number: 4711 }, /There is no fault 4711/],
  ])('%j', (asked, message) => {
    expect(() => faults(asked)).toThrow(message)
    expect(faults({ verb: 'list' })).toEqual([])
  })
})

it('its port serves nobody without the secret, and tells a mistake without a stack trace', async () => {
  const { port, secret } = opened.address
  const list = JSON.stringify({ verb: 'list' })
  expect(await post(port, 'wrong', list)).toMatchObject({ status: 401 })
  expect(await post(port, secret, list)).toEqual({ status: 200, body: '{"answer":[]}' })
  for (const body of ['', '{', 'null', '[]', '{"verb":"add"}', JSON.stringify({ verb: 'x'.repeat(20_000) })]) {
    const answer = await post(port, secret, body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).error).toEqual(expect.any(String))
    expect(answer.body).not.toMatch(/\\n\s+at |\.ts:/)
  }
})

function post(port: number, secret: string, body: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', method: 'POST', path: '/faults', headers: { authorization: `Bearer ${secret}` } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
