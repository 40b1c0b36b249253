/** `npm run soak` in short: the same checks, over as many requests as a test has time for. */
import { expect, it } from 'vitest'
import { Accounts } from '../../cli/soak/accounts.ts'
import { judge } from '../../cli/soak/memory.ts'
import { soak } from '../../cli/soak/run.ts'

it('1,500 requests of eight tenants with faults on: each answered once, by the right tenant, and accounted for', {
  timeout: 120_000,
}, async () => {
  const result = await soak({ requests: 1_500, tenants: 8, concurrency: 8, seed: 7 })
  expect(result.violations).toEqual([])
  expect(result).toMatchObject({ wrongTenant: 0, counted: { client: 1_500, balancer: 1_500, unaccounted: 0 } })
  const { lines, lost } = result.counted
  expect(lines).toBeLessThanOrEqual(1_500)
  expect(lost).toBeGreaterThan(0)
  const quiet = result.tenants.filter(({ trouble }) => trouble === 'none')
  expect(quiet.map(({ outcomes }) => Object.keys(outcomes))).toEqual([['ok'], ['ok']])
  const seen = new Set(result.tenants.flatMap(({ outcomes }) => Object.keys(outcomes)))
  // The faults were real: callers saw some of them. Which ones is a matter of chance, as the function repeats a throttled call.
  expect([...seen].filter((outcome) => outcome !== 'ok').length).toBeGreaterThanOrEqual(2)
})

const balancer = (lambdaRequestId: string, status = 200, errorReason?: string) =>
  ({
    source: 'loadBalancer',
    kind: 'request',
    ...{ target: '/tenant1/invoke', method: 'POST', listenerArn: 'l', ruleArn: 'r', traceId: 't', path: {} },
    ...{ status, lambdaRequestId },
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

it('a leak is told from what V8 moves by', () => {
  const samples = (bytesPerRequest: number) =>
    Array.from({ length: 24 }, (_, index) => ({
      requests: index * 4_000,
      heapBytes: 90e6 + ((index * 7) % 5) * 200_000 + index * 4_000 * bytesPerRequest,
      children: new Map([[1, 80e6 + index * 100_000]]),
    }))
  expect(judge(samples(0)).flat).toBe(true)
  expect(judge(samples(300)).flat).toBe(false)
})
