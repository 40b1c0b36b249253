import { expect, it } from 'vitest'
import { traceparentOf } from './trace.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'

it.each([
  ['the current version', `00-${ID}-01`, `00-${ID}-01`],
  ['one that is not sampled', `00-${ID}-00`, `00-${ID}-00`],
  ['a later version, as the current one', `01-${ID}-01`, `00-${ID}-01`],
  ['a later version with more', `cc-${ID}-01-what-comes`, `00-${ID}-01`],
])('takes %s', (_, header, expected) => {
  expect(traceparentOf(header)).toBe(expected)
})

it.each([
  ['none', null],
  ['an empty one', ''],
  ['a trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
  ['a parent of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
  ['the version that is forbidden', `ff-${ID}-01`],
  ['capital letters', `00-${ID.toUpperCase()}-01`],
  ['the current version with more', `00-${ID}-01-more`],
  ['a later version whose fields run on', `01-${ID}-01more`],
  ['two of them', `00-${ID}-01, 00-${ID}-01`],
  ['something else', 'a"}\n{"tenant":"tenant2"'],
  ['a long one', `01-${ID}-01-${'x'.repeat(300)}`],
])('ignores %s', (_, header) => {
  expect(traceparentOf(header)).toBeUndefined()
})
