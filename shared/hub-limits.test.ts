import { describe, expect, it } from 'vitest'
import { HUB_SETTINGS } from '../tests/hub-fixture.ts'
import { HUB, HUB_FARGATE } from '../tests/spoke-fixture.ts'
import { TASK_TIERS, type TaskTier, TIERS } from './compute.ts'
import { type Computed, limitMistakes, limitsOfHub, limitsOfSettings } from './hub-limits.ts'

const lambda = (reservedConcurrency = 5): Computed => ({
  compute: { kind: 'lambda', tier: { ...TIERS.small, reservedConcurrency } },
})
const fargate = (tier: Partial<TaskTier> = {}): Computed => ({
  compute: { kind: 'fargate', tier: { ...TASK_TIERS.small, ...tier } },
})
const many = (count: number, one: Computed) => Array.from({ length: count }, () => one)
const limits = (change = {}) =>
  limitsOfSettings({ ...HUB_SETTINGS, fargate: true, fargateVcpuLimit: 1000, listenerRules: 1000, ...change })

describe('what the tenants of a hub may have together', () => {
  it('is the same by its settings and by its outputs', () => {
    const hub = { ...HUB, fargate: HUB_FARGATE }
    expect(limitsOfHub(hub).fargate).toMatchObject(limits({ fargateVcpuLimit: 6, listenerRules: 100 }).fargate ?? {})
    expect(limitsOfHub(HUB)).toEqual({ concurrencyLimit: 1000, listenerRules: 100 })
  })

  it('counts reservations of functions, not of tasks', () => {
    expect(limitMistakes([lambda(900)], limits())).toEqual([])
    expect(limitMistakes([lambda(900), fargate()], limits())).toEqual([])
    expect(limitMistakes([lambda(900), lambda(1)], limits())[0]).toContain('reserve 901 concurrent executions')
  })

  it('counts vCPUs at twice the most tasks of each', () => {
    // 2 × 4 × ¼ = 2 each; AWS's default is 6.
    expect(limitMistakes(many(3, fargate()), limits({ fargateVcpuLimit: 6 }))).toEqual([])
    expect(limitMistakes(many(4, fargate()), limits({ fargateVcpuLimit: 6 }))[0]).toMatch(
      /may run 8 vCPUs together .* has 6\. Choose smaller tiers.*L-3032A538.*fargateVcpuLimit/,
    )
  })

  it('counts two rules for a tenant on Fargate, and keeps ten free', () => {
    expect(limitMistakes([...many(30, fargate()), ...many(30, lambda(1))], limits({ listenerRules: 100 }))).toEqual([])
    expect(limitMistakes([...many(31, fargate()), ...many(29, lambda(1))], limits({ listenerRules: 100 }))[0]).toMatch(
      /need 91 rules .*\(60 tenants, 31 of them on Fargate, which take two, and 0 issuers of machines\), and it has 90/,
    )
    expect(
      limitMistakes([...many(90, lambda(1)), { ...lambda(1), machineRules: 9 }], limits({ listenerRules: 100 }))[0],
    ).toContain('need 100 rules')
    // Target groups bound those on Lambda: elsewhere.
    const onLambda = limitsOfSettings({ ...HUB_SETTINGS, fargate: false, listenerRules: 100 })
    expect(limitMistakes([...many(81, lambda(1)), { ...lambda(1), machineRules: 9 }], onLambda)[0]).toMatch(
      /need 91 rules .* quota "Rules per Application Load Balancer"/,
    )
    expect(limitMistakes([...many(80, lambda(1)), { ...lambda(1), machineRules: 9 }], onLambda)).toEqual([])
    expect(limitMistakes(many(120, lambda(1)), limits({ listenerRules: 100 }))).toEqual([])
  })

  it('counts addresses for twice the most tasks, with a zone lost', () => {
    // A /24 in each of two zones: 256 less AWS's five, six endpoints and an interface for each tenant's function.
    const small = { cidrBlock: '10.0.0.0/21' }
    const room = 256 - 5 - 6 - 1
    const most = (maximumTasks: number) => limitMistakes([fargate({ maximumTasks })], limits(small))
    expect(most(Math.floor(room / 2))).toEqual([])
    expect(most(Math.floor(room / 2) + 1)[0]).toMatch(
      /may run 246 tasks together .* have addresses for 244 when a zone is lost/,
    )
    // Load balancers have addresses there too: an internal one eight, that of an endpoint service one.
    const doors = limits({ ...small, loadBalancer: 'internal', endpointService: { accounts: [] } })
    expect(limitMistakes([fargate({ maximumTasks: 118 })], doors)[0]).toMatch(/have addresses for 235/)
    expect(limitMistakes([fargate({ maximumTasks: 117 })], doors)).toEqual([])
  })

  it('says nothing of tasks to a hub without Fargate: the tenant is refused there anyway', () => {
    expect(limitMistakes(many(99, fargate()), { concurrencyLimit: 1000, listenerRules: 1000 })).toEqual([])
  })
})
