/** The type of a check: a question about one stack's account, how it is asked, and what to do if the answer is not the expected one. */
import type { HubSubject, Machine, Subject, TenantSubject, World } from './subjects.ts'

/**
 * `ok` and `failed` rest on an answer of AWS, which the row quotes. `unclear`: AWS's answer means neither. `notAsked`: the question could not be
 * asked, and the remedy says what is needed to ask it; this never counts as `ok`.
 */
export type Verdict = 'ok' | 'failed' | 'unclear' | 'notAsked'

export interface Answer {
  readonly verdict: Verdict
  /** AWS's answer, in its own words or figures. */
  readonly said: string
  readonly remedy?: string
  /** The model, quota or other part of the subject that the row is about, if the check covers several. */
  readonly about?: string
}

interface CheckOf<Kind extends string, S> {
  readonly id: string
  readonly of: Kind
  readonly question: string
  readonly ask: (subject: S, world: World) => Promise<Answer | readonly Answer[]>
  /** Whether the check applies to this subject. @default true */
  readonly applies?: (subject: S, world: World) => boolean
}

/** An `account` check applies to the hub and to each tenant. */
export type Check =
  | CheckOf<'machine', Machine>
  | CheckOf<'hub', HubSubject>
  | CheckOf<'tenant', TenantSubject>
  | CheckOf<'account', Subject>

/** One line of the table. */
export interface Row extends Answer {
  readonly id: string
  /** `this machine`, or the stack's name. */
  readonly subject: string
  readonly account?: string
  readonly question: string
  /** IAM actions of the calls that the check made, such as `ec2:DescribeVpcs`. */
  readonly calls: readonly string[]
}

export const ok = (said: string, about?: string): Answer => answer('ok', said, undefined, about)
export const failed = (said: string, remedy: string, about?: string): Answer => answer('failed', said, remedy, about)
export const unclear = (said: string, remedy: string, about?: string): Answer => answer('unclear', said, remedy, about)
export const notAsked = (said: string, remedy: string, about?: string): Answer =>
  answer('notAsked', said, remedy, about)

const answer = (verdict: Verdict, said: string, remedy?: string, about?: string): Answer => ({
  verdict,
  said,
  ...(remedy !== undefined && { remedy }),
  ...(about !== undefined && { about }),
})
