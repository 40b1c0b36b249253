import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PoolData } from './pool-data.ts'

test('one write that failed, on a disk that was full for a while, is told and does not end the keeping of what follows', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pool-'))
  try {
    const data = await PoolData.open('pool', directory)
    await data.flush()
    await rm(directory, { recursive: true })
    data.changed()
    await expect(data.flush()).rejects.toThrow('ENOENT')
    await mkdir(directory)
    data.changed()
    await data.flush()
    expect((await PoolData.open('pool', directory)).keys.id.kid).toBe(data.keys.id.kid)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
