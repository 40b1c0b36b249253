import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCached } from './cached.ts'

/** Fresh for 10, usable for 20, a pause of 5 after a failed renewal. */
function setUp() {
  let now = 0
  const flights: PromiseWithResolvers<number>[] = []
  const cached = createCached<number>({
    load: () => {
      const flight = Promise.withResolvers<number>()
      flights.push(flight)
      return flight.promise
    },
    freshUntil: (_, loadedAt) => loadedAt + 10,
    usableUntil: (_, loadedAt) => loadedAt + 20,
    pauseMilliseconds: 5,
    now: () => now,
  })
  return {
    cached,
    flights,
    at: (time: number) => {
      now = time
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a hundred callers at once share one flight', async () => {
  const { cached, flights } = setUp()
  const callers = Array.from({ length: 100 }, () => cached.get())
  flights[0]?.resolve(1)
  expect(await Promise.all(callers)).toEqual(Array(100).fill(1))
  expect(flights).toHaveLength(1)
})

test('a fresh value is not loaded again; an older one is renewed in the background, once, while it is still handed out', async () => {
  const { cached, flights, at } = setUp()
  const first = cached.get()
  flights[0]?.resolve(1)
  await first
  at(9)
  expect(await cached.get()).toBe(1)
  expect(flights).toHaveLength(1)
  at(10)
  expect(await Promise.all([cached.get(), cached.get(), cached.get()])).toEqual([1, 1, 1])
  expect(flights).toHaveLength(2)
  flights[1]?.resolve(2)
  await settled()
  expect(await cached.get()).toBe(2)
})

test('a value is as old as the request for it: a slow answer is not used for longer', async () => {
  const { cached, flights, at } = setUp()
  const first = cached.get()
  at(9)
  flights[0]?.resolve(1)
  expect(await first).toBe(1)
  at(20)
  const next = cached.get()
  expect(flights).toHaveLength(2)
  flights[1]?.resolve(2)
  expect(await next).toBe(2)
})

test('what was asked for before the function was frozen is not used when it thaws long after', async () => {
  const { cached, flights, at } = setUp()
  const first = cached.get()
  flights[0]?.resolve(1)
  await first
  at(12)
  await cached.get()
  expect(flights).toHaveLength(2)
  at(500)
  const thawed = cached.get()
  flights[1]?.resolve(2)
  await settled()
  expect(flights).toHaveLength(3)
  flights[2]?.resolve(3)
  expect(await thawed).toBe(3)
})

test('a failed renewal harms nobody until the value may no longer be used', async () => {
  const { cached, flights, at } = setUp()
  const first = cached.get()
  flights[0]?.resolve(1)
  await first
  at(12)
  await cached.get()
  flights[1]?.reject(new Error('down'))
  await settled()
  at(16)
  expect(await cached.get()).toBe(1)
  expect(flights, 'paused after the failure').toHaveLength(2)
  at(17)
  expect(await cached.get()).toBe(1)
  expect(flights).toHaveLength(3)
  flights[2]?.reject(new Error('down'))
  await settled()
  at(20)
  const last = cached.get()
  flights[3]?.reject(new Error('still down'))
  await expect(last).rejects.toThrow('still down')
})

test('a flight that died while the function was frozen is tried once more by who must wait for it', async () => {
  const { cached, flights, at } = setUp()
  const first = cached.get()
  flights[0]?.resolve(1)
  await first
  at(15)
  await cached.get()
  at(100)
  const late = cached.get()
  flights[1]?.reject(new Error('socket hung up'))
  await settled()
  flights[2]?.resolve(3)
  expect(await late).toBe(3)
})

test('a dropped value is not handed out again', async () => {
  const { cached, flights } = setUp()
  const first = cached.get()
  flights[0]?.resolve(1)
  await first
  cached.drop()
  const second = cached.get()
  flights[1]?.resolve(2)
  expect(await second).toBe(2)
})

test('property: whatever the order of calls and results, one flight at a time, and no value past its time', async () => {
  const steps = fc.array(fc.record({ wait: fc.nat(15), fail: fc.boolean(), calls: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 30,
  })
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      let now = 0
      let flying = 0
      let fail = false
      const cached = createCached<number>({
        load: async () => {
          expect(++flying).toBe(1)
          await null
          flying--
          if (fail) throw new Error('down')
          return now
        },
        freshUntil: (_, loadedAt) => loadedAt + 10,
        usableUntil: (_, loadedAt) => loadedAt + 20,
        pauseMilliseconds: 5,
        now: () => now,
      })
      for (const step of list) {
        now += step.wait
        fail = step.fail
        const results = await Promise.allSettled(Array.from({ length: step.calls }, () => cached.get()))
        for (const result of results) if (result.status === 'fulfilled') expect(now - result.value).toBeLessThan(20)
        await settled()
      }
    }),
    { numRuns: 50 },
  )
})
