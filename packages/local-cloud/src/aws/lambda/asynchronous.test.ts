import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsError } from '../../errors.ts'
import { createAsynchronous } from './asynchronous.ts'
import type { InvokeResult } from './lambda.ts'

const CALL = { functionArn: 'arn', payload: '{}', caller: { kind: 'operator' } } as const
const DONE: InvokeResult = { requestId: '1', payload: 'null' }
const FAILED: InvokeResult = { ...DONE, functionError: 'Unhandled' }
const BUSY = new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** @param outcomes one after the other; the last one again and again */
function queue(...outcomes: readonly (InvokeResult | Error)[]) {
  let attempts = 0
  const dropped: string[] = []
  const invoke = async () => {
    const outcome = outcomes[Math.min(attempts, outcomes.length - 1)]
    attempts += 1
    if (outcome instanceof Error || !outcome) throw outcome
    return outcome
  }
  const asynchronous = createAsynchronous({
    lambda: { invoke },
    now: () => Date.now() / 1000,
    dropped: (arn) => dropped.push(arn),
  })
  return { asynchronous, dropped, attempts: () => attempts }
}

describe('an event that nobody waits for', () => {
  it.each([
    ['is done with at once', [DONE], 1, []],
    ['is tried again when the function fails', [FAILED, FAILED, DONE], 3, []],
    ['is given up after the third failure', [FAILED], 3, ['arn']],
    ['waits for a function that is busy', [BUSY, BUSY, BUSY, BUSY, DONE], 5, []],
    ['may fail as often as ever after it was busy', [BUSY, FAILED, FAILED, DONE], 4, []],
  ] as const)('%s', async (_, outcomes, attempts, dropped) => {
    const subject = queue(...outcomes)
    await subject.asynchronous.invoke(CALL)
    const settled = subject.asynchronous.settled()
    await vi.advanceTimersByTimeAsync(60_000)
    await settled
    expect({ attempts: subject.attempts(), dropped: subject.dropped }).toEqual({ attempts, dropped })
  })

  it('is given up after six hours', async () => {
    const subject = queue(BUSY)
    await subject.asynchronous.invoke(CALL)
    await vi.advanceTimersByTimeAsync(6 * 3_600_000 - 10_000)
    expect(subject.dropped).toEqual([])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(subject.dropped).toEqual(['arn'])
  })

  it('is not taken from who may not invoke the function', async () => {
    const subject = queue(new AwsError('AccessDeniedException', 'no', 403))
    await expect(subject.asynchronous.invoke(CALL)).rejects.toThrow('no')
    expect(subject.dropped).toEqual([])
  })

  it('is given up when the cloud closes', async () => {
    const subject = queue(FAILED)
    await subject.asynchronous.invoke(CALL)
    await subject.asynchronous.close()
    expect(subject.dropped).toEqual(['arn'])
  })
})
