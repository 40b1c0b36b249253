import { describe, expect, it } from 'vitest'
import { again } from './retry.ts'

describe('again', () => {
  it('goes on with the first attempt that succeeds', async () => {
    let attempts = 0
    const work = async () => {
      attempts += 1
      if (attempts < 3) throw new Error('it answered 503')
      return 'keys'
    }
    expect(await again(work, 0)).toBe('keys')
    expect(attempts).toBe(3)
  })

  it('ends after four, with the last one’s reason', async () => {
    let attempts = 0
    const work = async () => {
      attempts += 1
      throw new Error(`reason ${attempts}`)
    }
    await expect(again(work, 0)).rejects.toThrow('reason 4')
  })
})
