/** Explains an error to the user: what happened, and what can be done about it. */
import { Refused } from './gateway.ts'
import { SessionOver } from './sign-in.ts'

export interface Trouble {
  readonly title: string
  readonly advice: string
  /** The button that the page offers. */
  readonly remedy: 'again' | 'signIn' | 'none'
  /** The request id that the user can quote to the operators. */
  readonly requestId?: string
  /** After this many seconds the same request may succeed. */
  readonly waitSeconds?: number
}

type Words = Pick<Trouble, 'title' | 'advice' | 'remedy'>

const operators = 'Tell your platform team, and quote the number below.'

/** By the gateway's error code. `{message}` is replaced by the gateway's own message, which contains figures and fields but no person's name. */
const BY_CODE: Readonly<Record<string, Words>> = {
  answer_too_large: { title: 'The answer was too large', advice: 'Ask for a shorter one.', remedy: 'again' },
  body_too_large: {
    title: 'This is too much at once',
    advice: 'Leave out images, or begin a new conversation: everything said before is sent along.',
    remedy: 'none',
  },
  budget_exhausted: { title: 'The budget is used up', advice: '{message}', remedy: 'none' },
  caller_blocked: { title: 'You have been blocked', advice: 'Ask your platform team why.', remedy: 'none' },
  limits_unavailable: {
    title: 'Limits cannot be checked right now',
    advice: 'Nobody is let through until they can. Try again in a moment.',
    remedy: 'again',
  },
  model_access_denied: { title: 'Your tenant has no access to this model', advice: operators, remedy: 'none' },
  model_answer_incomplete: {
    title: 'The answer broke off',
    advice: 'What came of it is above. Ask again for a whole one.',
    remedy: 'again',
  },
  model_not_allowed: { title: 'This model is not one of yours', advice: 'Choose another one.', remedy: 'none' },
  model_quota_exceeded: {
    title: 'The quota of this model is used up',
    advice: 'Choose another model.',
    remedy: 'none',
  },
  model_rejected_input: { title: 'The model does not take this', advice: '{message}', remedy: 'none' },
  model_throttled: {
    title: 'This model is busy',
    advice: "Your tenant's quota for it is used up for the moment. Try again, or choose another model.",
    remedy: 'again',
  },
  model_timeout: {
    title: 'The model took too long',
    advice: 'Ask for less, or choose another model.',
    remedy: 'again',
  },
  rate_limited: { title: 'Too many requests', advice: '{message}', remedy: 'again' },
  tenant_claim_missing: {
    title: 'You belong to no tenant',
    advice: 'An administrator has to add you to one.',
    remedy: 'none',
  },
  tenant_membership_missing: {
    title: 'You are no member of this tenant any more',
    advice: 'Ask an administrator.',
    remedy: 'none',
  },
  tenant_mismatch: { title: 'This is another tenant’s', advice: 'You can use your own tenant only.', remedy: 'none' },
  tenant_suspended: {
    title: 'Your tenant is suspended',
    advice: 'Your platform team has switched it off.',
    remedy: 'none',
  },
  tenant_unknown: {
    title: 'There is no such tenant',
    advice: 'It may have been removed. Ask your platform team.',
    remedy: 'none',
  },
  too_many_requests: {
    title: 'Too many requests from your network',
    advice: 'Everybody at your address is counted together. Wait a few minutes.',
    remedy: 'again',
  },
}

const SIGN_IN_AGAIN: Words = {
  title: 'Your session is over',
  advice: 'Sign in again. Conversations that are not kept on this device are gone then.',
  remedy: 'signIn',
}

/** By status, for the load balancer's answers, which are HTML pages. */
const BY_STATUS: Readonly<Record<number, Words>> = {
  401: SIGN_IN_AGAIN,
  403: { title: 'The firewall stopped this request', advice: operators, remedy: 'none' },
  413: { title: 'This is too much at once', advice: 'Leave out images, or begin a new conversation.', remedy: 'none' },
  502: {
    title: 'All places are taken',
    advice: 'Your tenant is served as many requests at a time as it has places. Try again in a moment.',
    remedy: 'again',
  },
}

const UNREACHABLE: Words = {
  title: 'The gateway does not answer',
  advice: 'Check your connection. If it is good, your network may not be among those that are let in.',
  remedy: 'again',
}

const OTHERWISE: Words = {
  title: 'Something went wrong',
  advice: 'Try again. If it stays, tell your platform team.',
  remedy: 'again',
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof SessionOver) return SIGN_IN_AGAIN
  if (error instanceof TypeError) return UNREACHABLE
  if (!(error instanceof Refused)) return OTHERWISE
  const { code, status, message, requestId, retryAfterSeconds } = error
  const words = (code === undefined ? undefined : wordsOf(code)) ?? BY_STATUS[status] ?? OTHERWISE
  const advice = words.advice === '{message}' ? message || OTHERWISE.advice : words.advice
  return {
    ...words,
    advice,
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterSeconds !== undefined && words.remedy === 'again' && { waitSeconds: retryAfterSeconds }),
  }
}

const wordsOf = (code: string): Words | undefined =>
  code.startsWith('token_') ? SIGN_IN_AGAIN : Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
