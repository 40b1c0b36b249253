import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { withSetting } from './written-setting.ts'

const set = (text: string) =>
  withSetting(text, { key: 'p:base', value: 'r/n@sha256:0', comment: 'of r/n:1', after: 'p:fargate' })

it.each([
  [
    'behind its neighbour',
    'config:\n  p:fargate: true\n  p:z: 1\n',
    'config:\n  p:fargate: true\n  p:base: r/n@sha256:0 # of r/n:1\n  p:z: 1\n',
  ],
  [
    'at the end without one',
    'config:\n  p:z: 1\n\nother: 2\n',
    'config:\n  p:z: 1\n  p:base: r/n@sha256:0 # of r/n:1\n\nother: 2\n',
  ],
  [
    'behind a list',
    'config:\n  p:fargate:\n    - a\n    - b # last\n\n  # next\n  p:z: 1\n',
    'config:\n  p:fargate:\n    - a\n    - b # last\n  p:base: r/n@sha256:0 # of r/n:1\n\n  # next\n  p:z: 1\n',
  ],
  [
    'in place of an older one',
    'config:\n  p:base: "old" # of old\n  p:z: 1\n',
    'config:\n  p:base: r/n@sha256:0 # of r/n:1\n  p:z: 1\n',
  ],
  [
    'in place of an empty one',
    'config:\n  p:base:\n  p:z: 1\n',
    'config:\n  p:base: r/n@sha256:0 # of r/n:1\n  p:z: 1\n',
  ],
  [
    'at the end of a file without a last line’s end',
    'config:\n  p:z: 1',
    'config:\n  p:z: 1\n  p:base: r/n@sha256:0 # of r/n:1',
  ],
  [
    'with the file’s own indent and line ends',
    'config:\r\n    p:fargate: true\r\n',
    'config:\r\n    p:fargate: true\r\n    p:base: r/n@sha256:0 # of r/n:1\r\n',
  ],
])('%s', (_, before, after) => {
  expect(set(before)).toBe(after)
})

it.each([
  ['a map in braces', 'config: {p:z: 1}\n'],
  ['no settings', 'encryptionsalt: x\n'],
  ['an empty map', 'config:\n'],
])('nothing is guessed for %s', (_, text) => {
  expect(set(text)).toBeUndefined()
})

it('in the sample, one line is another and every comment is there', () => {
  const text = readFileSync(join(PROJECT_DIRECTORY, 'Pulumi.hub.yaml'), 'utf8')
  const changed = set(text) ?? ''
  const lines = text.split('\n')
  expect(changed.split('\n').filter((line) => !lines.includes(line))).toEqual(['  p:base: r/n@sha256:0 # of r/n:1'])
  expect(parse(changed).config).toEqual({ ...parse(text).config, 'p:base': 'r/n@sha256:0' })
})
