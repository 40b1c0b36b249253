import { appendFile, type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendWhole, readWhole } from './whole-lines.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lines-'))
  file = join(directory, 'lines')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** A file on a disk that is full after so many bytes. */
const full = (handle: FileHandle, room: number): FileHandle =>
  new Proxy(handle, {
    get(target, name) {
      if (name !== 'appendFile') return Reflect.get(target, name).bind(target)
      return async (text: string) => {
        await target.appendFile(Buffer.from(text).subarray(0, room))
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }
    },
  })

test.each([0, 3, 8])('a line of which only %s bytes had room is not there, and the next one is whole', async (room) => {
  const handle = await open(file, 'a')
  await appendWhole(handle, 'one\n', { durable: true })
  await expect(appendWhole(full(handle, room), 'zwölf\n', { durable: false })).rejects.toThrow('ENOSPC')
  await appendWhole(handle, 'two\n', { durable: false })
  await handle.close()
  expect(await readFile(file, 'utf8')).toBe('one\ntwo\n')
})

test('half a line of a process that was killed is cut off, also within a character, and the next one is whole', async () => {
  await writeFile(file, Buffer.from('eins\nzwölf').subarray(0, -4))
  expect(await readWhole(file)).toEqual(['eins'])
  await appendFile(file, 'drei\n')
  expect(await readWhole(file)).toEqual(['eins', 'drei'])
})

test('a file that is not there, or empty, has no lines', async () => {
  expect(await readWhole(file)).toEqual([])
  await writeFile(file, '')
  expect(await readWhole(file)).toEqual([])
})
