import { expect, test } from 'vitest'
import { createTurns } from './write-queue.ts'

test('never more than so many of one key at a time, all of them in the end, and others do not wait', async () => {
  const turns = createTurns(3)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  const order: number[] = []
  const all = Array.from({ length: 10 }, (_, index) =>
    turns('a', async () => {
      most = Math.max(most, ++running)
      order.push(index)
      await gate
      running--
      if (index % 4 === 0) throw new Error('one that fails')
      return index
    }),
  )
  expect(await turns('b', async () => 'not kept waiting')).toBe('not kept waiting')
  expect(running).toBe(3)
  open()
  const results = await Promise.allSettled(all)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
  expect([most, order]).toEqual([3, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
  expect(await turns('a', async () => 'again')).toBe('again')
})
