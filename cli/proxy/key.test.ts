import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { proxyKey } from './key.ts'

const directory = mkdtempSync(join(tmpdir(), 'proxy-key-'))
afterAll(() => rmSync(directory, { recursive: true }))

it('is another one each time', () => {
  expect(proxyKey(undefined)).not.toBe(proxyKey(undefined))
  expect(proxyKey(undefined)).toMatch(/^genai-[\w-]{43}$/)
})

it('stays in a file that only its owner may read', () => {
  const file = join(directory, 'key')
  const key = proxyKey(file)
  expect(readFileSync(file, 'utf8')).toBe(`${key}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(proxyKey(file)).toBe(key)
  chmodSync(file, 0o644)
  expect(() => proxyKey(file)).toThrow('may be read by others')
})

it('is not taken from a file that holds something else, which is not shown', () => {
  const file = join(directory, 'other')
  writeFileSync(file, 'a password\n', { mode: 0o600 })
  expect(() => proxyKey(file)).toThrow(/holds no key of this proxy/)
  expect(() => proxyKey(file)).not.toThrow(/a password/)
  expect(() => proxyKey(join(directory, 'none', 'key'))).toThrow(/cannot be written/)
})
