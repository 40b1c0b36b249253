/**
 * A tenant's slots: how many requests its function serves at a time, what the next one gets, and that a client which hangs up
 * holds its slot until the model has answered. docs/decisions/0027-slots.md says why that stays.
 */
import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import type { ModelBackend } from '@genai/local-cloud/aws/bedrock/model-backend'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { doorRecord } from '../../cli/audit/load-balancer-log.ts'
import { TIERS } from '../../shared/compute.ts'
import { type Platform, startPlatform } from './platform.ts'

const SLOTS = TIERS.small.reservedConcurrency

let platform: Platform
/** Models answer once this is open. */
const gate = Promise.withResolvers<void>()
let asked = 0
const models: ModelBackend = {
  async *generate() {
    asked += 1
    await gate.promise
    yield { kind: 'start', block: { type: 'text' } }
    yield { kind: 'delta', text: 'Here.' }
    yield { kind: 'stop' }
    yield { kind: 'end', stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}
beforeAll(async () => {
  platform = await startPlatform({ models })
})
afterAll(() => platform?.close())

const list = async () =>
  await platform.call({ method: 'GET', path: '/tenant1/models', token: await platform.token('tenant1') })

/** A prompt, on a connection that the test may end. */
async function ask(): Promise<TLSSocket> {
  const { hostname, port } = new URL(platform.localUrl)
  const socket = connect({
    port: Number(port),
    servername: hostname,
    host: '127.0.0.1',
    ca: readFileSync(platform.caFile),
  })
  const body = JSON.stringify({ prompt: 'Hello' })
  socket.write(
    [
      'POST /tenant1/invoke HTTP/1.1',
      `Host: ${hostname}`,
      `Authorization: Bearer ${await platform.token('tenant1')}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  )
  return socket
}

it('are held by clients that hang up, until their models have answered; other tenants have their own', async () => {
  const callers = await Promise.all(Array.from({ length: SLOTS }, ask))
  await expect.poll(() => asked).toBe(SLOTS)
  for (const caller of callers) caller.destroy()

  // Whoever is next is refused by the load balancer, whatever it asks for: no function is free to be asked.
  const locked = await list()
  expect(locked).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } })
  const token = await platform.token('tenant2')
  expect(await platform.call({ method: 'GET', path: '/tenant2/models', token })).toMatchObject({ status: 200 })

  gate.resolve()
  await expect.poll(async () => (await list()).status).toBe(200)

  // And the access log tells one from the other.
  const { loadBalancerArn } = platform.hub
  const left = () =>
    platform.cloud.loadBalancer
      .accessLog(loadBalancerArn)
      .flatMap((line) => doorRecord(line) ?? [])
      .map(({ decision, check, reason = '-', path }) => `${decision} by ${check}: ${reason} ${path}`)
  await expect.poll(() => left().filter((one) => one === 'left by client: - /tenant1/invoke').length).toBe(SLOTS)
  expect(left()).toContain('refused by concurrency: LambdaThrottling /tenant1/models')
})
