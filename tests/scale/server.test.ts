/** Many streams at once through one server process: what a thousand of them hold, and what a thousand leave behind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundle } from '../../proof/bench/bundles.ts'
import type { Plan } from '../../proof/bench/stand-in-stream.ts'
import { CHAT, type StreamSubject, startServer } from '../../proof/bench/stream-subject.ts'
import { ENVIRONMENT } from '../../proof/bench/tenant.ts'
import { TASK_NODE_OPTIONS } from '../../shared/tenant.ts'
import { startStandIn } from '../faults/server-stand-in.ts'

const CLIENTS = 1_000
const directory = mkdtempSync(join(tmpdir(), 'server-'))
let standIn: Awaited<ReturnType<typeof startStandIn>>
let server: StreamSubject
beforeAll(async () => {
  standIn = await startStandIn(directory)
  const probe = await bundle('scale-probe', 'proof/bench/probe.ts')
  const { file } = await bundle('scale-server', 'functions/gateway/server.ts')
  const environment = {
    ...ENVIRONMENT,
    // As the task definition says: the youngest objects' space grows to 48 MB otherwise, whatever it holds.
    NODE_OPTIONS: TASK_NODE_OPTIONS,
    STAND_IN_PORT: `${standIn.port}`,
    NODE_EXTRA_CA_CERTS: standIn.caFile,
  }
  server = await startServer('server', file, CHAT, { probe: probe.file, environment, token: standIn.token })
})
afterAll(async () => {
  await server?.stop()
  standIn?.close()
  rmSync(directory, { recursive: true, force: true })
})

const every = <T>(work: () => Promise<T>, count = CLIENTS): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work))

it('nothing is left of 1,000 clients that leave: neither memory nor timers nor connections', async () => {
  const endless: Plan = { frames: 1_000_000, milliseconds: 1_000, end: 'whole' }
  const leave = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) await every(() => server.leave(endless), 100)
  }
  /** What is there when all that leave are gone: the kept connections of a listening server are not left over. */
  const left = async () => {
    let usage = await server.usage('what is left')
    await expect
      .poll(async () => {
        usage = await server.usage('what is left')
        return usage.resources.TCPSocketWrap ?? 0
      })
      .toBeLessThan(5)
    return usage
  }
  // Code is compiled and pools are filled by the first of them.
  await leave(3)
  const before = await left()
  await leave(10)
  const after = await left()
  // One that leaks holds a request, a response, two sockets and a stream: far more than 4 KB.
  expect((after.heapBytes - before.heapBytes) / CLIENTS).toBeLessThan(4_096)
  for (const kind of ['Timeout', 'TLSWrap', 'TCPSocketWrap'])
    expect({ kind, more: (after.resources[kind] ?? 0) - (before.resources[kind] ?? 0) }).toMatchObject({
      kind,
      more: expect.toSatisfy((more: number) => more <= 2),
    })
})

it('1,000 slow streams at once are all answered whole, in at most 300 MB', async () => {
  const slow: Plan = { frames: 12, milliseconds: 5_000, end: 'whole' }
  const asked = () => standIn.calls.filter(({ service }) => service.startsWith('vpce-')).length
  const before = asked()
  const streams: ReturnType<typeof server.stream>[] = []
  // Some at a time, since each makes a connection of its own, and one core makes a few hundred a second.
  while (streams.length < CLIENTS) {
    for (let one = 0; one < 50; one++) streams.push(server.stream(slow))
    await expect.poll(asked, { interval: 20 }).toBe(before + streams.length)
  }
  let over = false
  const all = Promise.all(streams).finally(() => {
    over = true
  })
  let most = 0
  let atOnce = 0
  while (!over) {
    const { residentBytes, resources } = await server.usage()
    most = Math.max(most, residentBytes)
    atOnce = Math.max(atOnce, resources.TCPSocketWrap ?? 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const answers = await all
  expect(answers.filter(({ text }) => text.endsWith('data: [DONE]\n\n'))).toHaveLength(CLIENTS)
  // Two connections each: the client's and the model's.
  expect(atOnce).toBeGreaterThan(2 * CLIENTS * 0.9)
  expect(most / 1_048_576).toBeLessThan(300)
})
