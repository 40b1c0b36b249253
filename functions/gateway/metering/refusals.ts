/** Tells the caller about a limit that was reached: whose it is, how high it is, how much is used, and when it is free again. */
import type { CountedLimit, LimitState } from '../../../shared/usage-table.ts'
import { GatewayError } from '../errors.ts'
import type { Exceeded } from './exceeded.ts'

/** The scope in words for the caller: `the tenant`, `one caller`, `the model "fast"`. */
export type ScopeName = string

const UNITS: Readonly<Record<CountedLimit, string>> = {
  requestsPerMinute: 'requests a minute',
  tokensPerMinute: 'tokens a minute',
  tokensPerDay: 'tokens a day (UTC)',
  dollarsPerMonth: 'a month (UTC)',
  concurrentRequests: 'requests at a time',
}

export function limitExceeded(
  scope: ScopeName,
  { exceeded, wanted, fitsIn, states }: Exceeded,
  now: number,
): GatewayError {
  const { limit, most, used, resetsAt } = exceeded
  const amount = limit === 'dollarsPerMonth' ? dollars : (value: number) => value.toLocaleString('en-US')
  const asked =
    limit === 'requestsPerMinute' || limit === 'concurrentRequests'
      ? ''
      : `, and this request may use ${amount(wanted)}`
  const said = `The limit of ${scope} is ${amount(most)} ${UNITS[limit]}: ${amount(used)} are used${asked}.`
  const headers = rateLimitHeaders(states, now)
  if (fitsIn === undefined) {
    const alone = wanted > most
    const then = alone
      ? 'It can never pass; ask for fewer maxTokens or send less, or have the limit raised.'
      : `It begins anew at ${new Date(resetsAt).toISOString()}; ask the platform's operators to raise it before.`
    return new GatewayError('budget_exhausted', `${said} ${then}`, {
      headers: { ...headers, 'x-should-retry': 'false' },
    })
  }
  const milliseconds = Math.max(1, fitsIn)
  const seconds = Math.ceil(milliseconds / 1000)
  return new GatewayError('rate_limited', `${said} Try again in ${seconds} s.`, {
    headers: { ...headers, 'retry-after': `${seconds}`, 'retry-after-ms': `${milliseconds}` },
  })
}

/** OpenAI's header names, with the seconds until everything is free again. */
export function rateLimitHeaders(states: readonly LimitState[], now: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const { limit, most, left, resetsAt } of states) {
    const of = limit === 'requestsPerMinute' ? 'requests' : limit === 'tokensPerMinute' ? 'tokens' : undefined
    if (of === undefined) continue
    headers[`x-ratelimit-limit-${of}`] = `${most}`
    headers[`x-ratelimit-remaining-${of}`] = `${left}`
    headers[`x-ratelimit-reset-${of}`] = `${Math.max(0, Math.ceil((resetsAt - now) / 1000))}s`
  }
  return headers
}

const dollars = (nanoDollars: number): string => {
  const value = nanoDollars / 1_000_000_000
  return `$${value.toFixed(value !== 0 && value < 0.01 ? 6 : 2)}`
}

export const storeUnavailable = (cause: unknown): GatewayError =>
  new GatewayError(
    'limits_unavailable',
    'The counters of the limits cannot be reached at the moment, so that nobody is let through. Try again.',
    { cause, headers: { 'retry-after': '5' } },
  )
