import { expect, it } from 'vitest'
import { isTooDeep, MAXIMUM_DEPTH, mayLoseNumbers, parseKeepingNumbers, rewriteJson } from './json.ts'

const lists = (depth: number, inner = '') => '['.repeat(depth) + inner + ']'.repeat(depth)

it('counts what is nested, not what is beside it', () => {
  expect(isTooDeep(lists(MAXIMUM_DEPTH))).toBe(false)
  expect(isTooDeep(lists(MAXIMUM_DEPTH + 1))).toBe(true)
  expect(isTooDeep(`[${'[],{},'.repeat(10_000)}0]`)).toBe(false)
  expect(isTooDeep(`${'{"a":['.repeat(MAXIMUM_DEPTH)}0${']}'.repeat(MAXIMUM_DEPTH)}`)).toBe(true)
})

it('counts no brackets in texts, whatever is escaped there', () => {
  for (const text of [lists(10_000), `"${lists(10_000)}`, `\\"${lists(10_000)}`, `${'\\'.repeat(10_001)}"[[`]) {
    expect(isTooDeep(JSON.stringify([text, text]))).toBe(false)
    expect(isTooDeep(lists(MAXIMUM_DEPTH, JSON.stringify([text])))).toBe(true)
  }
})

it('what is not too deep can be written again', () => {
  const text = `{"a":${lists(MAXIMUM_DEPTH - 1, '99999999999999999999')}}`
  expect(rewriteJson(text, (fields) => fields)).toBe(text)
  expect(mayLoseNumbers(text)).toBe(true)
  expect(JSON.stringify(parseKeepingNumbers(text))).toBe(text)
})
