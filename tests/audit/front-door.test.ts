/** Behind HTTPS the load balancer refuses tokens itself: such a refusal is in its access log and nowhere else. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDoor } from '../../cli/audit/load-balancer-log.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { trailOf } from './read.ts'

let platform: Platform
let skew = 0
/** Stands still where minutes are counted: a busy machine takes longer over what is to be in one. */
let still: number | undefined
beforeAll(async () => {
  platform = await startPlatform({ now: () => (still ?? Date.now() / 1000) + skew })
})
afterAll(() => platform?.close())

const trail = () => trailOf(platform)

describe('what the load balancer refuses', () => {
  it('is in its access log, on disk too, and not in the trail', async () => {
    const token = await platform.token('tenant2')
    const answer = await platform.call({ method: 'POST', path: '/tenant1/invoke', token, body: { prompt: 'Hello' } })
    expect(answer.status).toBe(401)
    expect(await trail()).toEqual([])
    const refused = / 401 - .*"POST https:\/\/genai\.example\.com:443\/tenant1\/invoke HTTP\/1\.1"/
    const lines = platform.cloud.loadBalancer.accessLog(platform.hub.loadBalancerArn)
    expect(lines.filter((line) => refused.test(line))).toHaveLength(1)
    const folder = join(dirname(dirname(platform.caFile)), 'access-logs')
    const file = readFileSync(join(folder, 'genai-access-logs-111111111111-us-east-1.log'), 'utf8')
    expect(file.split('\n').filter((line) => refused.test(line))).toHaveLength(1)
    expect(file).not.toContain(token)
    expect(await readDoor(folder, { since: 0, tenant: 'tenant1' })).toEqual([
      expect.objectContaining({
        tenant: 'tenant1',
        decision: 'refused',
        check: 'door',
        outcome: 'jwt-validation',
        status: 401,
        path: '/tenant1/invoke',
      }),
    ])
  })

  it('is counted, and rings when it is more than a few people with old tokens', async () => {
    const door = () => platform.cloud.monitoring.alarms().find(({ name }) => name === 'genai/hub/refused-at-the-door')
    expect(door()?.state).toBe('OK')
    const token = await platform.token('tenant2')
    still = Date.now() / 1000
    for (let minute = 0; minute < 3; minute += 1) {
      skew = minute * 60
      expect(door()?.state).toBe('OK')
      for (let count = 0; count < 20; count += 1)
        expect((await platform.call({ method: 'GET', path: '/tenant1/models', token })).status).toBe(401)
    }
    expect(door()?.state).toBe('ALARM')
    skew += 5 * 60
    expect(door()?.state).toBe('OK')
    skew = 0
    still = undefined
  })

  it('while what it lets through is in both', async () => {
    const answer = await platform.invoke('tenant1')
    expect(answer.status).toBe(200)
    expect((await trail()).map(({ requestId }) => requestId)).toEqual([answer.headers['x-request-id']])
  })
})

const stateOf = (name: string) => platform.cloud.monitoring.alarms().find((alarm) => alarm.name === name)?.state

/** The alarm's five minutes later. */
function later(name: string): string | undefined {
  const before = skew
  skew += 5 * 60
  const state = stateOf(name)
  skew = before
  return state
}

describe('a trail that cannot be reached', () => {
  it('keeps no request waiting, and is told by an alarm of the tenant whose lines are missing', async () => {
    const before = await trail()
    const permission = platform.resource('aws:lambda/permission:Permission', 'Permission::audit')
    await platform.without([permission], async () => {
      expect((await platform.invoke('tenant1')).status).toBe(200)
      await platform.cloud.monitoring.settled()
    })
    expect(stateOf('genai-audit-undelivered-tenant1')).toBe('ALARM')
    expect(stateOf('genai-audit-undelivered-tenant2')).toBe('OK')
    expect(await trail()).toEqual(before)
    expect(later('genai-audit-undelivered-tenant1')).toBe('OK')
  })
})

describe('a trail that cannot be written', () => {
  it('keeps no request waiting, and is told by its alarm', async () => {
    const role = platform.resource(
      'aws:iam/rolePolicy:RolePolicy',
      'genai:hub:Audit$aws:iam/rolePolicy:RolePolicy::audit',
    )
    await platform.without([role], async () => {
      expect((await platform.invoke('tenant1')).status).toBe(200)
      await platform.cloud.monitoring.settled()
    })
    expect(stateOf('genai/hub/audit-errors')).toBe('ALARM')
    // Given up after the third attempt: the line is in the tenant's own log group only.
    expect(stateOf('genai/hub/audit-lost')).toBe('ALARM')
    for (const name of ['genai/hub/audit-errors', 'genai/hub/audit-lost']) expect(later(name)).toBe('OK')
    expect(await trail()).toHaveLength(1)
  })
})
