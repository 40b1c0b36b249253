import { expect, test } from 'vitest'
import {
  HOLD_MINUTES,
  holdBlock,
  limitStates,
  minuteOf,
  monthOf,
  NO_USAGE,
  readUsage,
  scopeKey,
  usageAt,
} from './usage-table.ts'

const END_OF_YEAR = Date.UTC(2026, 11, 31, 23, 59, 30)
const item = { ...NO_USAGE, minute: minuteOf(END_OF_YEAR), requests: 60, tokens: 600, dayTokens: 7, spent: 9_000 }

test('A scope is named by its tenant first', () => {
  expect(scopeKey('tenant1', 'tenant')).toBe('tenant1#tenant')
  expect(scopeKey('tenant1', 'user', 'abc')).toBe('tenant1#user#abc')
})

test('What is read is what DynamoDB has, and nothing else is an item', () => {
  const attributes = {
    scope: { S: 'tenant1#tenant' },
    minute: { N: '29000000' },
    requests: { N: '3' },
    heldNanoDollars: { M: { 29000000: { N: '5' } } },
  }
  expect(readUsage(attributes)).toEqual({
    ...NO_USAGE,
    minute: 29_000_000,
    requests: 3,
    heldNanoDollars: { 29000000: 5 },
  })
  for (const other of [undefined, {}, { minute: { S: '1' } }, 'text']) expect(readUsage(other)).toBeUndefined()
})

test('The minute slides: half a minute later, half of the last one counts', () => {
  const limits = { requestsPerMinute: 100, tokensPerMinute: 1000 }
  expect(limitStates(item, limits, END_OF_YEAR).map(({ used }) => used)).toEqual([60, 600])
  expect(limitStates(item, limits, END_OF_YEAR + 60_000)).toEqual([
    { limit: 'requestsPerMinute', most: 100, used: 30, left: 70, resetsAt: Date.UTC(2027, 0, 1, 0, 1) },
    { limit: 'tokensPerMinute', most: 1000, used: 300, left: 700, resetsAt: Date.UTC(2027, 0, 1, 0, 1) },
  ])
  expect(limitStates(item, limits, END_OF_YEAR + 120_000).map(({ used }) => used)).toEqual([0, 0])
})

test('Day and month begin anew in UTC, and what was used before is kept for one of them', () => {
  const next = usageAt(item, END_OF_YEAR + 60_000)
  expect(next).toMatchObject({ dayTokens: 0, dayTokensBefore: 7, spent: 0, spentBefore: 9_000 })
  expect(monthOf(next.minute) - monthOf(item.minute)).toBe(1)
  expect(usageAt(item, END_OF_YEAR + 40 * 86_400_000)).toMatchObject({ spent: 0, spentBefore: 0, dayTokensBefore: 0 })
  expect(limitStates(item, { dollarsPerMonth: 0.00001 }, END_OF_YEAR)).toEqual([
    { limit: 'dollarsPerMonth', most: 10_000, used: 9_000, left: 1_000, resetsAt: Date.UTC(2027, 0, 1) },
  ])
})

test('A hold of a killed process counts no more when it is too old, in the month that it was made in', () => {
  const block = holdBlock(item.minute)
  const held = { ...item, heldNanoDollars: { [block]: 4_000 }, heldTokens: { [block]: 2 } }
  const before = usageAt(held, (block + HOLD_MINUTES - 1) * 60_000)
  expect(before).toMatchObject({ spentBefore: 9_000, lost: 0, dayTokensBefore: 7 })
  const after = usageAt(held, (block + HOLD_MINUTES) * 60_000)
  expect(after).toMatchObject({
    spentBefore: 5_000,
    lost: 4_000,
    dayTokensBefore: 5,
    heldNanoDollars: {},
    heldTokens: {},
  })
})

test('Requests under way are counted until they end or are too old', () => {
  const seconds = END_OF_YEAR / 1000
  const busy = { ...item, leases: { a: seconds + 10, b: seconds + 100 } }
  const used = (now: number) => limitStates(busy, { concurrentRequests: 2 }, now).map(({ left }) => left)
  expect([used(END_OF_YEAR), used(END_OF_YEAR + 11_000), used(END_OF_YEAR + 101_000)]).toEqual([[0], [1], [2]])
})

test('A clock that is behind the item counts as the beginning of its minute', () => {
  const early = { ...item, requestsBefore: 100 }
  expect(limitStates(early, { requestsPerMinute: 500 }, END_OF_YEAR - 300_000)[0]?.used).toBe(160)
})
