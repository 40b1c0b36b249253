import { expect, it } from 'vitest'
import { sinceOf } from './since.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')

it.each([
  ['15m', '2026-11-24T11:45:00.000Z'],
  ['24h', '2026-11-23T12:00:00.000Z'],
  ['7d', '2026-11-17T12:00:00.000Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T08:30:00Z', '2026-11-01T08:30:00.000Z'],
])('%s is since %s', (text, expected) => {
  expect(new Date(sinceOf(text, NOW)).toISOString()).toBe(expected)
})

it('never is before 1970', () => {
  expect(sinceOf('9999d', Date.parse('1980-01-01'))).toBe(0)
})

it.each(['', 'yesterday', '5', '-5m', '1w', '12345m', '2026', '2026-13-01', '1e3h'])('"%s" is refused', (text) => {
  expect(() => sinceOf(text, NOW)).toThrow('neither a duration nor a date')
})
