import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { UserError } from '../verb.ts'
import { writeNewFile } from './new-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'new-file-'))
afterAll(() => rmSync(directory, { recursive: true }))

it('writes once: what somebody has edited since is not overwritten', () => {
  const file = join(directory, 'import.json')
  writeNewFile(file, 'first', 'Name another.')
  expect(() => writeNewFile(file, 'second', 'Name another.')).toThrow(
    /import\.json cannot be written: it is there already/,
  )
  expect(readFileSync(file, 'utf8')).toBe('first')
})

it('tells a folder that is not there as a user’s matter', () => {
  expect(() => writeNewFile(join(directory, 'none', 'a.json'), '', 'Make it.')).toThrow(UserError)
})
