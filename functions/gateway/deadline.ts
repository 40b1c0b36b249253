/** The time limit of a request, and waiting within it. */

import { DEADLINE_RESERVE_MILLISECONDS } from './constants.ts'
import { GatewayError } from './errors.ts'

export interface Deadline {
  /** Milliseconds until an answer must be sent; never negative. */
  remaining(): number
}

/** The part of Lambda's context that a request needs. */
export interface RequestContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

export function createDeadline(context: Pick<RequestContext, 'getRemainingTimeInMillis'>): Deadline {
  return { remaining: () => Math.max(0, context.getRemainingTimeInMillis() - DEADLINE_RESERVE_MILLISECONDS) }
}

/** Resolves like `work`, or throws `deadline_exceeded`, which names `step`. The work itself continues, because others may wait for it too. */
export async function within<T>(deadline: Deadline, step: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(deadlineExceeded(step)), deadline.remaining())
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function deadlineExceeded(step: string): GatewayError {
  return new GatewayError(
    'deadline_exceeded',
    `The request's time ran out while ${step}. Try again; for long answers ask for fewer maxTokens.`,
  )
}
