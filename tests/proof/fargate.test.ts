/** The whole matrix again, for tenants whose gateways are tasks on Fargate. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attemptsOn, idOf } from '../../proof/prove/attempt.ts'
import { allAttempts } from '../../proof/prove/attempts/all.ts'
import { findLimits } from '../../proof/prove/iam-limits.ts'
import { FIXED, type Layer } from '../../proof/prove/layers.ts'
import { prove, type Row } from '../../proof/prove/run.ts'
import { createSwitches } from '../../proof/prove/switches/switches.ts'
import { startTestbed, type Testbed } from '../../proof/prove/testbed/testbed.ts'

const ATTEMPTS = attemptsOn('fargate', allAttempts)

let testbed: Testbed
let rows: ReadonlyMap<string, Row>

beforeAll(async () => {
  testbed = await startTestbed({ compute: 'fargate' })
  const made = await prove(testbed, createSwitches(testbed.platform.cloud, testbed), ATTEMPTS)
  rows = new Map(made.map((row) => [idOf(row.attempt), row]))
}, 30 * 60_000)
afterAll(() => testbed?.close())

const rowOf = (id: string): Row => {
  const row = rows.get(id)
  if (!row) throw new Error(`no row ${id}`)
  return row
}
const stoppedBy = (id: string): readonly Layer[] => rowOf(id).stops.map(({ layer }) => layer)

describe('on Fargate, every attempt', () => {
  it.each(ATTEMPTS.map((attempt) => [idOf(attempt), attempt] as const))('%s', (id, { expected }) => {
    expect(rowOf(id).verdict, JSON.stringify(rowOf(id).outcome)).toBe(expected.length > 0 ? 'stopped' : 'contained')
    expect(stoppedBy(id)).toEqual(expect.arrayContaining([...expected]))
  })
})

it('every family is tried, and more of what only tasks have', () => {
  const lambda = attemptsOn('lambda', allAttempts)
  for (const family of new Set(lambda.map((one) => one.family)))
    expect(ATTEMPTS.filter((one) => one.family === family).length, family).toBeGreaterThanOrEqual(11)
  expect(ATTEMPTS.filter(({ on }) => on === 'fargate').length).toBeGreaterThan(18)
})

it('attempts are real: with all of their layers gone they get through, or are served as oneself', () => {
  for (const { id, attempt, stops, atLast } of rows.values()) {
    const last = stops.at(-1)
    if (last && (last.layer in FIXED || last.layer === attempt.last)) expect(atLast, id).toBeUndefined()
    else expect(atLast?.kind, id).toMatch(attempt.expected.length > 0 ? /^(through|contained)$/ : /^contained$/)
  }
})

it('one task is kept from another tenant by the layers that keep a function', () => {
  expect(stoppedBy('identity/function-becomes-other-role')).toEqual([
    'executionRole',
    'trustPolicy',
    'permissionsBoundary',
    'securityGroups',
  ])
})

it('what IAM cannot refuse is still so', async () => {
  const found = await findLimits(testbed)
  expect(found.filter(({ allowed }) => !allowed)).toEqual([])
})
