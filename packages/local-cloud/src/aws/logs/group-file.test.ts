import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GroupFile } from './group-file.ts'

test('a log group whose process was killed while it wrote is read on, and is written on', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'log-group-'))
  try {
    await new GroupFile(directory, 'group').append([{ stream: 'a' }])
    const [name = ''] = await readdir(directory)
    await appendFile(join(directory, name), '{"event":{"mess')
    for (const [stream, found] of [
      ['b', ['a']],
      ['c', ['a', 'b']],
    ] as const) {
      const file = new GroupFile(directory, 'group')
      expect(await file.read()).toEqual(found.map((one) => ({ stream: one })))
      await file.append([{ stream }])
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
