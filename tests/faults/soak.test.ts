/** `npm run soak` in short: the same checks, over as many requests as a test has time for. */

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@genai/local-cloud/testing/until'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { judge } from '../../proof/soak/memory.ts'
import { soak } from '../../proof/soak/run.ts'
import { Accounts } from '../../proof/soak/tallies.ts'

it('800 requests of eight tenants with faults on: each answered once, by the right tenant, and accounted for', async () => {
  const result = await soak({ requests: 800, tenants: 8, concurrency: 8, seed: 3 })
  expect(result.violations).toEqual([])
  expect(result).toMatchObject({ wrongTenant: 0, counted: { client: 800, balancer: 800, unaccounted: 0 } })
  const { lines, records } = result.counted
  expect(records).toBe(lines)
  expect(lines).toBeLessThan(800)
  expect(result.tenants.map(({ requests }) => requests)).toEqual(Array(8).fill(100))
  const outcomes = Object.fromEntries(result.tenants.map((one) => [one.trouble, one.outcomes]))
  // What the seed deals: three of a hundred requests are throttled at each of their three attempts, in every run.
  expect(outcomes['model throttled']).toEqual({ model_throttled: 3, ok: 97 })
  expect(outcomes.killed?.['load balancer']).toBeGreaterThan(0)
  expect(outcomes.none).toEqual({ ok: 100 })
  expect(result.seed).toBe(3)
  for (const kind of ['throttling', 'error', 'latency', 'halfAnswer', 'shortSession', 'kill'] as const)
    expect(result.faults[kind]).toBeGreaterThan(0)
})

it('Ctrl-C ends it: nothing is judged, and no process and no file is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'genai-stop-'))
  const child = spawn(process.execPath, ['cli/main.ts', 'soak'], {
    cwd: PROJECT_DIRECTORY,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const processes = () => childrenOf(child.pid ?? 0)
  await until('processes of functions', async () => processes().length >= 2)
  const started = processes()
  child.kill('SIGINT')
  expect(await ended).toBe(1)
  expect(printed).toMatch(
    /^(\d+ of 100000, \d+ a second\n)*Stopped after about \d+ of 100000 requests; nothing was judged/,
  )
  expect(readdirSync(folder)).toEqual([])
  // A helper of the bundler notices the end of its parent a moment later.
  await until('the end of every process', async () => !started.some(isAlive))
  rmSync(folder, { recursive: true })
})

function childrenOf(pid: number): readonly number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return table
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const balancer = (lambdaRequestId: string, status = 200, errorReason?: string) =>
  ({
    source: 'loadBalancer',
    kind: 'request',
    target: '/tenant1/invoke',
    method: 'POST',
    listenerArn: 'l',
    ruleArn: 'r',
    traceId: 't',
    path: {},
    status,
    lambdaRequestId,
    ...(errorReason && { errorReason }),
  }) as never
const line = (requestId: string, tenant = 'tenant1', status = 200) =>
  ({ source: 'lambda', kind: 'log', line: JSON.stringify({ requestId, tenant, status }) }) as never
const record = (requestId: string, tenant = 'tenant1', status = 200, stream = tenant) => {
  const lines = [JSON.stringify({ requestId, tenant, status })]
  return { source: 'logs', kind: 'appended', logGroup: '/genai/audit', stream, lines } as never
}

it('the accounts find what is missing, double or different', () => {
  const accounts = new Accounts()
  const whole = (id: string, tenant = 'tenant1', status = 200) => {
    accounts.observe(balancer(id, status))
    accounts.observe(line(id, tenant, status))
    accounts.observe(record(id, tenant, status))
    accounts.answered(id, 'tenant1', status)
  }
  whole('fine')
  accounts.observe(balancer('killed', 502, 'LambdaUnhandled'))
  expect([accounts.close(), accounts.lost, accounts.violations]).toEqual([0, 1, []])
  whole('of another', 'tenant2')
  accounts.observe(line('fine'))
  accounts.observe(balancer('twice'))
  accounts.observe(balancer('twice'))
  expect(accounts.close()).toBe(2)
  expect(accounts.violations).toHaveLength(4)
})

it('the accounts find what the audit trail lacks, repeats or files under another tenant', () => {
  const accounts = new Accounts()
  const served = (id: string) => {
    accounts.observe(balancer(id))
    accounts.observe(line(id))
    accounts.answered(id, 'tenant1', 200)
  }
  served('not recorded')
  served('another status')
  accounts.observe(record('another status', 'tenant1', 403))
  served('elsewhere')
  accounts.observe(record('elsewhere', 'tenant1', 200, 'tenant2'))
  accounts.observe(record('nobody asked'))
  expect(accounts.close()).toBe(2)
  expect(accounts.violations).toHaveLength(4)
})

it('a leak is told from what V8 moves by: of the local cloud, and of one function among many', () => {
  const samples = (bytesPerRequest: number, ofOneFunction = 0) =>
    Array.from({ length: 24 }, (_, index) => ({
      requests: index * 4_000,
      heapBytes: 90e6 + ((index * 7) % 5) * 200_000 + index * 4_000 * bytesPerRequest,
      functions: new Map([
        [1, 9e6 + ((index * 3) % 4) * 100_000],
        [2, 9e6 + index * 500 * ofOneFunction],
        [3, 9e6],
      ]),
      resident: new Map([[1, 80e6 + index * 1_000_000]]),
    }))
  expect(judge(samples(0))).toMatchObject({ flat: true, functionsJudged: 3 })
  expect(judge(samples(300)).flat).toBe(false)
  // 500 requests of its own between two samples.
  expect(judge(samples(0, 400)).flat).toBe(false)
})
