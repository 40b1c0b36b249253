/** What is left of the user's limits: a bar for each, grouped by whom it limits. */
import { html, nothing, type TemplateResult } from 'lit-html'
import type { CallerUsage, LimitState, ScopeUsage } from '../gateway.ts'
import { count, dollars, moment } from './format.ts'

const NAMES: Readonly<Record<string, string>> = {
  requestsPerMinute: 'Requests a minute',
  tokensPerMinute: 'Tokens a minute',
  tokensPerDay: 'Tokens today',
  dollarsPerMonth: 'Budget this month',
  concurrentRequests: 'At the same time',
}

/** @param tenant the tenant, whose callers are counted together */
export function limitsView(usage: CallerUsage | undefined, tenant: string): TemplateResult {
  const groups = usage ? groupsOf(usage, tenant) : []
  return html`<section class="limits" aria-labelledby="limits-title">
    <h2 id="limits-title">Your limits</h2>
    ${usage === undefined ? html`<p class="hint">Not known right now.</p>` : nothing}
    ${usage && groups.length === 0 ? html`<p class="hint">You have no limits.</p>` : nothing}
    ${groups.map(([whose, scope]) => html`<div><h3>${whose}</h3><ul>${scope.limits.map((state) => row(whose, state))}</ul></div>`)}
  </section>`
}

function groupsOf({ caller, tenant, models }: CallerUsage, name: string): readonly (readonly [string, ScopeUsage])[] {
  const all: readonly (readonly [string, ScopeUsage | undefined])[] = [
    ['You', caller],
    [`All of ${name}`, tenant],
    ...Object.entries(models),
  ]
  return all.flatMap(([whose, scope]) => (scope && scope.limits.length > 0 ? [[whose, scope] as const] : []))
}

function row(whose: string, { limit, most, left, resetsAt }: LimitState): TemplateResult {
  const rest = Math.max(0, left)
  const share = most === 0 ? 0 : rest / most
  const isMoney = limit === 'dollarsPerMonth'
  // Never shows more than the whole bar.
  const figure = (value: number) => (isMoney ? dollars(Math.floor(value * 100) * 1e7) : count(Math.floor(value)))
  const name = NAMES[limit] ?? limit
  const isOfMoment = limit === 'concurrentRequests' || limit.endsWith('PerMinute')
  return html`<li>
    <div class="limit-line"><span>${name}</span><span class="figure">${figure(rest)} left</span></div>
    <progress class=${share < 0.1 ? 'low' : share < 0.3 ? 'middle' : 'high'} max=${most} .value=${rest} aria-label=${`${whose}, ${name}: left`}></progress>
    <div class="hint">of ${figure(most)}${isOfMoment ? nothing : `, anew ${moment(resetsAt)}`}</div>
  </li>`
}
