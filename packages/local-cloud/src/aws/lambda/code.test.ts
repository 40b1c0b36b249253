import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ArchiveValue } from '../../ledger/ledger.ts'
import { checkSize, unpack } from './code.ts'
import { archiveOf } from './testing.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'code-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const MEGABYTE = 1024 * 1024

test('each version of the code has a directory of its own, unpacked once', async () => {
  const one = await unpack(directory, 'f', archiveOf({ 'index.mjs': '1', 'lib/a.mjs': 'a' }))
  expect(await readFile(path.join(one, 'lib/a.mjs'), 'utf8')).toBe('a')
  await writeFile(path.join(one, 'index.mjs'), 'kept')
  expect(await unpack(directory, 'f', archiveOf({ 'index.mjs': '1', 'lib/a.mjs': 'a' }))).toBe(one)
  expect(await readFile(path.join(one, 'index.mjs'), 'utf8')).toBe('kept')
  expect(await unpack(directory, 'f', archiveOf({ 'index.mjs': '2' }))).not.toBe(one)
  expect(await unpack(directory, 'g', archiveOf({ 'index.mjs': '2' }))).toContain(`${path.sep}g${path.sep}`)
})

test('two that unpack at the same time get the same, and leave nothing else', async () => {
  const archive = archiveOf({ 'index.mjs': 'same' })
  const [one, two] = await Promise.all([unpack(directory, 'f', archive), unpack(directory, 'f', archive)])
  expect(one).toBe(two)
  expect(await readdir(path.dirname(one))).toHaveLength(1)
})

test('archives in archives, and files by path, checked against what was deployed', async () => {
  const file = path.join(directory, 'deployed.mjs')
  await writeFile(file, 'export const a = 1')
  const inner = archiveOf({ 'index.mjs': 'export const a = 1' })
  const asset = inner.archive === 'entries' ? inner.entries['index.mjs'] : undefined
  if (!asset || 'archive' in asset) throw new Error('The fixture has no such asset.')
  const archive = (sha256: string): ArchiveValue => ({
    archive: 'entries',
    sha256,
    entries: { nested: inner, 'file.mjs': { asset: 'file', path: file, sha256: asset.sha256 } },
  })
  const root = await unpack(directory, 'f', archive('a'.repeat(64)))
  expect(await readFile(path.join(root, 'nested/index.mjs'), 'utf8')).toBe('export const a = 1')
  expect(await readFile(path.join(root, 'file.mjs'), 'utf8')).toBe('export const a = 1')
  await writeFile(file, 'export const a = 2')
  await expect(unpack(directory, 'f', archive('b'.repeat(64)))).rejects.toThrow(
    /file.mjs changed after it was deployed/,
  )
  await rm(file)
  await expect(unpack(directory, 'f', archive('c'.repeat(64)))).rejects.toThrow(/was removed after it was deployed/)
})

test.each(['../outside.mjs', 'a/../../outside.mjs', '/etc/outside'])('a file named %s is refused', async (name) => {
  await expect(unpack(directory, 'f', archiveOf({ [name]: 'x' }))).rejects.toThrow(/a file outside of it/)
})

test('an archive file is not supported, and that is said', async () => {
  const archive: ArchiveValue = { archive: 'file', path: 'code.zip', sha256: 'a'.repeat(64) }
  await expect(unpack(directory, 'f', archive)).rejects.toThrow(/does not support code from an archive file/)
})

test("Lambda's limits: 250 MB unpacked, 50 MB as a zip", async () => {
  const incompressible = randomBytes(51 * MEGABYTE)
  await expect(checkSize(new Map([['a', incompressible]]))).rejects.toMatchObject({
    code: 'RequestEntityTooLargeException',
    status: 413,
  })
  await checkSize(new Map([['a', Buffer.alloc(60 * MEGABYTE)]]))
  const large = Buffer.alloc(126 * MEGABYTE)
  await expect(
    checkSize(
      new Map([
        ['a', large],
        ['b', large],
      ]),
    ),
  ).rejects.toThrow(/Unzipped size must be smaller/)
})
