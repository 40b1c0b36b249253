/**
 * How often a caller waits for the table of counters, on Lambda and on Fargate: the deployed programs, as processes, at a table that
 * answers no write before all of those that are made side by side have arrived. Nothing here is measured by a clock: writes that are made
 * one after the other, or that a caller waits for, get no answer, until the gateway gives them up, which is seen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '@genai/local-cloud/wire/authority'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundle, GATEWAY_ENTRY } from '../../proof/bench/bundles.ts'
import { startStandIn } from '../../proof/bench/stand-in-server.ts'
import { INVOKE, startServer } from '../../proof/bench/stream-subject.ts'
import { start } from '../../proof/bench/subject.ts'
import { ENVIRONMENT, eventFor, HOSTS, signIn, USAGE_TABLE } from '../../proof/bench/tenant.ts'

/** Of the tenant, its caller and the model. */
const COUNTERS = 3

/** Writes that wait for their answer. */
let waiting: { readonly answer: () => void; readonly gaveUp: () => boolean }[] = []
/** How often all counters' writes were answered together, and how often they may be. */
let roundTrips = 0
let allowed = Number.POSITIVE_INFINITY

function allow(more: number): void {
  allowed = more
  while (waiting.length >= COUNTERS && roundTrips < allowed) {
    roundTrips++
    for (const { answer } of waiting.splice(0, COUNTERS)) answer()
  }
}

const directory = mkdtempSync(join(tmpdir(), 'round-trips-'))
let standIn: Awaited<ReturnType<typeof startStandIn>>
let environment: Readonly<Record<string, string>>
let token: string
beforeAll(async () => {
  const authority = await openAuthority(directory)
  const signed = await signIn()
  token = signed.token
  standIn = await startStandIn({ ...authority.issue(HOSTS), keySet: signed.keySet }, async (_table, gaveUp) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push({ answer: resolve, gaveUp })
    allow(allowed)
    await promise
  })
  environment = {
    ...ENVIRONMENT,
    NODE_EXTRA_CA_CERTS: authority.caFile,
    TABLE_NAME: 'genai-tenants-all-limits',
    USAGE_TABLE,
  }
})
afterAll(() => {
  standIn?.close()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(() => {
  waiting = []
  roundTrips = 0
  allowed = Number.POSITIVE_INFINITY
})

test('A function’s caller waits for two: one before the model is called, and one before the answer leaves', async () => {
  const gateway = await bundle('round-trips-function', GATEWAY_ENTRY)
  const { file: runner } = await bundle('round-trips-runner', 'proof/bench/runner.ts')
  const EVENT = JSON.stringify(eventFor(token))
  // It answers once before it is asked.
  const subject = await start(gateway, { runner, environment: { ...environment, EVENT, PORT: `${standIn.port}` } })
  expect(roundTrips).toBe(2)
  await subject.measure(3)
  expect(roundTrips).toBe(2 + 3 * 2)
  await subject.stop()
})

test('A server’s caller waits for one; the settling is behind the answer', async () => {
  const { file: server } = await bundle('round-trips-server', 'functions/gateway/server.ts')
  const { file: probe } = await bundle('round-trips-probe', 'proof/bench/probe.ts')
  const launch = { probe, environment: { ...environment, STAND_IN_PORT: `${standIn.port}` }, token }
  const subject = await startServer('server', server, INVOKE, launch)
  for (const request of [0, 1, 2]) {
    // The settling gets no answer before the caller has theirs.
    allow(2 * request + 1)
    await subject.stream()
    expect(roundTrips).toBe(2 * request + 1)
    await expect.poll(() => waiting.length).toBe(COUNTERS)
    expect(waiting.filter(({ gaveUp }) => gaveUp())).toEqual([])
    allow(2 * request + 2)
    await expect.poll(() => roundTrips).toBe(2 * request + 2)
  }
  await subject.stop()
})
