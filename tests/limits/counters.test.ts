/** One counter, written by many: never too much, and nothing left behind. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Hold } from '../../functions/gateway/metering/counters.ts'
import type { Demand } from '../../functions/gateway/metering/reserve.ts'
import { StoreUnavailable } from '../../functions/gateway/metering/store.ts'
import type { ScopeLimits } from '../../shared/limits.ts'
import { HOLD_MINUTES, NO_USAGE, usageAt } from '../../shared/usage-table.ts'
import { type Counting, isHold, startCounting } from './counters-fixture.ts'

let counting: Counting
let scope = 0
let key = ''
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(() => {
  key = `tenant1#user#${++scope}`
  counting.fault = () => undefined
  counting.calls.length = 0
})

const MINUTE = Date.UTC(2026, 11, 10, 12, 0)
const request = (more: Partial<Demand> = {}): Demand => ({ requests: 1, tokens: 0, nanoDollars: 0, ...more })
const times = (many: number) => Array.from({ length: many }, (_, index) => index)

/** Each caller a process of its own, all at once. @returns the holds of those who passed */
async function atOnce(
  many: number,
  limits: ScopeLimits,
  demand: Demand,
  now: (caller: number) => number,
): Promise<Hold[]> {
  const answers = await Promise.all(
    times(many).map((caller) => counting.process(() => now(caller)).reserve(key, limits, demand)),
  )
  return answers.filter(isHold)
}

test('Of 200 at once against 100, exactly 100 pass', async () => {
  expect(await atOnce(200, { requestsPerMinute: 100 }, request(), () => MINUTE + 5_000)).toHaveLength(100)
  expect(await counting.item(key)).toMatchObject({ requests: 100 })
})

test('Of 200 before the end of a minute and 200 after it, at most 101 pass', async () => {
  const limits = { requestsPerMinute: 100 }
  const before = await atOnce(200, limits, request(), () => MINUTE + 59_900)
  const after = await atOnce(200, limits, request(), () => MINUTE + 60_100)
  expect(before).toHaveLength(100)
  expect(before.length + after.length).toBeLessThanOrEqual(101)
})

test('Tokens slide in the same way: half of the last minute is free again in the middle of the next one', async () => {
  const limits = { tokensPerMinute: 1_000 }
  const ten = request({ tokens: 10 })
  expect(await atOnce(120, limits, ten, () => MINUTE + 1_000)).toHaveLength(100)
  expect(await atOnce(120, limits, ten, () => MINUTE + 90_000)).toHaveLength(50)
  expect(await atOnce(120, limits, ten, () => MINUTE + 150_000)).toHaveLength(75)
})

test('Clocks that are apart by two seconds let through as much as the fastest of them would, and no more', async () => {
  const limits = { requestsPerMinute: 100 }
  const skewed = (time: number) => (caller: number) => time + ((caller % 5) - 2) * 1_000
  const passed = [
    ...(await atOnce(200, limits, request(), skewed(MINUTE + 58_500))),
    ...(await atOnce(200, limits, request(), skewed(MINUTE + 59_900))),
    ...(await atOnce(200, limits, request(), skewed(MINUTE + 60_100))),
  ]
  // The fastest is 2.1 s into the next minute, in which 3 and a half of the 100 are free again.
  expect(passed.length).toBeGreaterThanOrEqual(100)
  expect(passed.length).toBeLessThanOrEqual(104)
})

test('A budget for 111 calls is 111 calls, and what they did not use is there again', async () => {
  const limits = { dollarsPerMonth: 1 }
  const call = request({ nanoDollars: 9_000_000 })
  const holds = await atOnce(150, limits, call, () => MINUTE)
  expect(holds).toHaveLength(111)
  const counters = counting.process(() => MINUTE + 1_000)
  for (const hold of holds) await counters.settle(hold, { tokens: 0, nanoDollars: 3_000_000, counts: true })
  expect(await counting.item(key)).toMatchObject({ spent: 333_000_000, requests: 111 })
  expect(await atOnce(100, limits, call, () => MINUTE + 2_000)).toHaveLength(74)
})

test('At the end of a month, what was reserved in it is settled in it', async () => {
  const end = Date.UTC(2026, 11, 31, 23, 59, 59)
  const limits = { dollarsPerMonth: 1, tokensPerDay: 1_000 }
  const call = request({ nanoDollars: 1_000_000_000, tokens: 1_000 })
  const [hold] = await atOnce(2, limits, call, () => end)
  expect(await atOnce(1, limits, call, () => end + 500)).toHaveLength(0)
  const [next] = await atOnce(2, limits, call, () => end + 2_000)
  expect(next).toBeDefined()
  const counters = counting.process(() => end + 3_000)
  await counters.settle(hold as Hold, { tokens: 400, nanoDollars: 5, counts: true })
  const both = { spent: 1_000_000_000, spentBefore: 5, dayTokens: 1_000, dayTokensBefore: 400 }
  expect(await counting.item(key)).toMatchObject(both)
  await counters.settle(next as Hold, { tokens: 7, nanoDollars: 9, counts: true })
  expect(await counting.item(key)).toMatchObject({ ...both, spent: 9, dayTokens: 7 })
})

test('A minute later, settled is what belongs to the minute before; what was used beyond is a debt', async () => {
  const limits = { tokensPerMinute: 1_000 }
  const [hold] = await atOnce(1, limits, request({ tokens: 600 }), () => MINUTE)
  const [other] = await atOnce(1, limits, request({ tokens: 100 }), () => MINUTE + 61_000)
  const counters = counting.process(() => MINUTE + 62_000)
  await counters.settle(hold as Hold, { tokens: 200, nanoDollars: 0, counts: true })
  await counters.settle(other as Hold, { tokens: 5_000, nanoDollars: 0, counts: true })
  expect(await counting.item(key)).toMatchObject({ tokens: 5_000, tokensBefore: 200 })
  expect(await atOnce(1, limits, request({ tokens: 1 }), () => MINUTE + 63_000)).toHaveLength(0)
})

test('Killed callers hold what they reserved until it expires, and what is late is charged all the same', async () => {
  const limits = { dollarsPerMonth: 1, tokensPerDay: 1_000 }
  const call = request({ nanoDollars: 500_000_000, tokens: 500 })
  const [late] = await atOnce(2, limits, call, () => MINUTE)
  const before = MINUTE + (HOLD_MINUTES - 1) * 60_000
  expect(await atOnce(1, limits, call, () => before)).toHaveLength(0)
  const after = MINUTE + HOLD_MINUTES * 60_000
  const [hold] = await atOnce(1, limits, call, () => after)
  expect(await counting.item(key)).toMatchObject({ spent: 500_000_000, dayTokens: 500, lost: 1_000_000_000 })
  const counters = counting.process(() => after)
  await counters.settle(late as Hold, { tokens: 3, nanoDollars: 7, counts: true })
  await counters.settle(hold as Hold, { tokens: 0, nanoDollars: 0, counts: true })
  expect(await counting.item(key)).toMatchObject({ spent: 7, dayTokens: 3, lost: 500_000_000 })
})

test('Requests under way: never more than allowed; one that ends makes room, and so does one that was killed', async () => {
  const limits = { concurrentRequests: 3 }
  const reserve = (id: number, now: number) =>
    counting.process(() => now).reserve(key, limits, request({ lease: { id: `lease${id}`, until: now / 1000 + 60 } }))
  const answers = await Promise.all(times(10).map((id) => reserve(id, MINUTE)))
  const holds = answers.filter(isHold)
  expect(holds).toHaveLength(3)
  await counting.process(() => MINUTE).settle(holds[0] as Hold, { tokens: 0, nanoDollars: 0, counts: true })
  expect([await reserve(20, MINUTE), await reserve(21, MINUTE)].filter(isHold)).toHaveLength(1)
  const later = await Promise.all(times(10).map((id) => reserve(30 + id, MINUTE + 61_000)))
  expect(later.filter(isHold)).toHaveLength(3)
})

test('Hundreds of requests over an hour and a half, settled in any order: the counter is the sum of what was used', async () => {
  const limits = { requestsPerMinute: 10_000, dollarsPerMonth: 1_000, tokensPerDay: 1_000_000_000 }
  const random = seeded(7)
  let used = 0
  let spent = 0
  let now = MINUTE
  const processes = times(5).map(() => counting.process(() => now))
  const open: { hold: Hold; end: number }[] = []
  const settle = async (hold: Hold) => {
    const tokens = Math.floor(random() * 2_000)
    const nanoDollars = tokens * 250
    used += tokens
    spent += nanoDollars
    await processes[Math.floor(random() * 5)]?.settle(hold, { tokens, nanoDollars, counts: true })
  }
  for (const index of times(400)) {
    now = MINUTE + Math.floor((index / 400) * 90 * 60_000)
    const hold = await processes[index % 5]?.reserve(key, limits, request({ tokens: 1_000, nanoDollars: 250_000 }))
    if (hold && isHold(hold) && index % 50 !== 0) open.push({ hold, end: now + random() * 20 * 60_000 })
    for (const one of open.filter(({ end }) => end <= now)) await settle(one.hold)
    open.splice(0, open.length, ...open.filter(({ end }) => end > now))
  }
  await Promise.all(open.map(({ hold }) => settle(hold)))
  now += 2 * 3_600_000
  await counting.process(() => now).reserve(key, limits, request())
  const item = await counting.item(key)
  expect(item).toMatchObject({ spent, dayTokens: used, lost: 8 * 250_000, heldNanoDollars: {}, heldTokens: {} })
})

test('One write for a request that fits, and another when the process did not know the counter', async () => {
  const first = counting.process(() => MINUTE)
  const limits = { requestsPerMinute: 10 }
  await first.reserve(key, limits, request())
  expect(counting.calls.splice(0)).toEqual(['UpdateItem'])
  await first.reserve(key, limits, request())
  expect(counting.calls.splice(0)).toEqual(['UpdateItem'])
  const other = counting.process(() => MINUTE + 60_000)
  await other.reserve(key, limits, request())
  expect(counting.calls.splice(0)).toEqual(['UpdateItem', 'UpdateItem'])
  await other.reserve(key, limits, request())
  expect(counting.calls.splice(0)).toEqual(['UpdateItem'])
})

test('A write whose answer is lost is not repeated; one that was not made is', async () => {
  const counters = counting.process(() => MINUTE)
  await counters.reserve(key, { requestsPerMinute: 10 }, request())
  counting.fault = () => 'lost'
  await expect(counters.reserve(key, { requestsPerMinute: 10 }, request())).rejects.toThrow(StoreUnavailable)
  expect(await counting.item(key)).toMatchObject({ requests: 2 })
  const faults: ('throttled' | 'unreachable' | undefined)[] = ['throttled', 'throttled', 'unreachable']
  counting.fault = (operation) => (operation === 'UpdateItem' ? faults.shift() : undefined)
  await expect(counters.reserve(key, { requestsPerMinute: 10 }, request())).rejects.toThrow(StoreUnavailable)
  faults.push('throttled', 'throttled')
  expect(isHold(await counters.reserve(key, { requestsPerMinute: 10 }, request()))).toBe(true)
  counting.fault = () => 'timeout'
  await expect(counters.reserve(key, { requestsPerMinute: 10 }, request())).rejects.toThrow(StoreUnavailable)
})

test('Who is refused is told when it fits, and it does then', async () => {
  const limits = { requestsPerMinute: 5, tokensPerMinute: 1_000 }
  for (const at of [500, 20_000, 59_000]) {
    key = `tenant1#user#${++scope}`
    await atOnce(5, limits, request({ tokens: 10 }), () => MINUTE + at)
    const ask = (now: number) => counting.process(() => now).reserve(key, limits, request({ tokens: 10 }))
    const refused = await ask(MINUTE + at)
    if (isHold(refused)) throw new Error('one too many')
    expect(refused.exceeded).toMatchObject({ limit: 'requestsPerMinute', most: 5, used: 5, left: 0 })
    const fitsIn = refused.fitsIn ?? 0
    expect(isHold(await ask(MINUTE + at + fitsIn - 1))).toBe(false)
    expect(isHold(await ask(MINUTE + at + fitsIn))).toBe(true)
  }
  const never = await counting.process(() => MINUTE).reserve(key, limits, request({ tokens: 1_001 }))
  expect(never).toMatchObject({ exceeded: { limit: 'tokensPerMinute' }, wanted: 1_001 })
  expect(never).not.toHaveProperty('fitsIn')
})

test('An item as it will count is what the next write makes of it', async () => {
  const limits = { dollarsPerMonth: 1 }
  await atOnce(3, limits, request({ tokens: 5, nanoDollars: 7 }), () => MINUTE)
  const before = (await counting.item(key)) ?? { ...NO_USAGE, minute: 0 }
  for (const later of [60_000, 150_000, 2 * 3_600_000, 15 * 3_600_000, 31 * 86_400_000]) {
    const now = MINUTE + later
    key = `tenant1#user#${++scope}`
    await atOnce(3, limits, request({ tokens: 5, nanoDollars: 7 }), () => MINUTE)
    const counters = counting.process(() => now)
    await counters.reserve(key, limits, { requests: 0, tokens: 0, nanoDollars: 0 })
    expect(await counting.item(key)).toEqual(usageAt(before, now))
  }
})

/** mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
