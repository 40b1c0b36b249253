import type { Stack } from '@pulumi/pulumi/automation/index.js'
import { describe, expect, it } from 'vitest'
import { toItsEnd } from './backend.ts'

const STACK = { name: 'spoke-tenant1' } as Stack
const run = <T>(work: () => Promise<T>) => toItsEnd('The destroy of spoke-tenant1', STACK, work, 'Run this again.')

describe('a command of Pulumi’s', () => {
  it('that is interrupted is waited for, and nothing goes on after it, whatever it says itself', async () => {
    const listeners = process.listenerCount('SIGINT')
    for (const end of [async () => 'done', () => Promise.reject(new Error('error: canceled'))]) {
      let ended = false
      const work = async () => {
        process.emit('SIGINT')
        process.emit('SIGINT')
        await new Promise((resolve) => setTimeout(resolve, 20))
        ended = true
        return await end()
      }
      await expect(run(work)).rejects.toMatchObject({
        message: 'The destroy of spoke-tenant1 was interrupted.',
        remedy: 'Run this again.',
      })
      expect(ended).toBe(true)
    }
    expect(process.listenerCount('SIGINT')).toBe(listeners)
  })

  it('that fails is told in its own words, once', async () => {
    const text = ['code: -2', ' stderr: Command failed', 'error: no such group', 'again:', 'error: no such group'].join(
      '\n',
    )
    await expect(run(() => Promise.reject(new Error(text)))).rejects.toThrow(
      /^The destroy of spoke-tenant1 failed: no such group$/,
    )
    await expect(run(() => Promise.reject(new Error('nothing answers')))).rejects.toThrow(/failed: nothing answers$/)
  })

  it('that finds the stack locked: what unlocks it', async () => {
    const locked = new Error('error: the stack is currently locked by 1 lock(s).')
    await expect(run(() => Promise.reject(locked))).rejects.toMatchObject({
      remedy: 'If nothing works on it any more: pulumi cancel spoke-tenant1. Run this again.',
    })
  })
})
