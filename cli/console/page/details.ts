/** Shows everything that is known about one request or resource. */
import type { DecisionView, Hop, LegDetail, Policy, RequestDetail, ResourceDetail } from '../messages.ts'
import { h, part } from './dom.ts'
import { count, dollars, duration, timeOf } from './format.ts'

let before: Element | null = null

/** @param closed called when somebody closes it */
function open(title: string, closed: () => void, ...content: readonly (Node | undefined)[]): void {
  const aside = part('details')
  if (aside.hidden) before = document.activeElement
  const close = () => {
    aside.hidden = true
    document.body.classList.remove('detailed')
    closed()
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus()
  }
  const heading = h('h2', { tabindex: -1 }, title)
  const button = h('button', { type: 'button', class: 'close', 'aria-label': 'Close details', click: close }, '✕')
  aside.replaceChildren(h('div', { class: 'head' }, heading, button), ...content.filter((one) => one !== undefined))
  aside.onkeydown = (event) => {
    if (event.key === 'Escape') close()
  }
  aside.hidden = false
  document.body.classList.add('detailed')
  heading.focus()
}

export function showRequest(request: RequestDetail, closed: () => void): void {
  const { method, path, outcome, status, stopped, legs, began, milliseconds, tenant, user, machine, model, operation } =
    request
  const { inputTokens, outputTokens, nanoDollars, firstMilliseconds } = request
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Tenant', tenant],
    ['User', user],
    ['Machine', machine],
    ['Operation', operation?.replaceAll('_', ' ')],
    ['Model', model],
    ['Tokens', inputTokens === undefined ? undefined : `${count(inputTokens)} in, ${count(outputTokens ?? 0)} out`],
    ['Cost', nanoDollars === undefined ? undefined : dollars(nanoDollars)],
    ['Came', timeOf(began)],
    ['First token', firstMilliseconds === undefined ? undefined : duration(firstMilliseconds)],
    ['Took', milliseconds === undefined ? 'still under way' : duration(milliseconds)],
  ]
  const whole = Math.max(milliseconds ?? 0, ...legs.map((leg) => leg.at + (leg.milliseconds ?? 0)), 1)
  const verdict = stopped
    ? h('div', { class: 'verdict bad' }, h('strong', {}, stopped.layer), h('p', {}, stopped.why))
    : h(
        'div',
        { class: 'verdict good' },
        h('strong', {}, outcome === 'answered' ? `Answered with ${status}` : 'Under way'),
      )
  open(
    `${method} ${path}`,
    closed,
    verdict,
    list(facts),
    h('h3', {}, 'Its way'),
    h('ol', { class: 'legs' }, ...legs.map((leg) => legOf(leg, whole))),
  )
}

function legOf(
  { label, at, milliseconds, ok, detail, guessed, hops, decisions }: LegDetail,
  whole: number,
): HTMLLIElement {
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span'))
  const inner = bar.firstElementChild
  if (inner instanceof HTMLElement) {
    inner.style.marginInlineStart = `${(100 * at) / whole}%`
    inner.style.inlineSize = `${Math.max(0.8, (100 * (milliseconds ?? 0)) / whole)}%`
  }
  const time = milliseconds === undefined ? `at ${duration(at)}` : duration(milliseconds)
  const mark = ok === undefined ? '…' : ok ? '✓' : '✕'
  const summary = [
    h('span', { class: 'mark' }, mark),
    h('span', { class: 'what' }, label),
    h('span', { class: 'time' }, time),
    detail === undefined ? undefined : h('span', { class: 'why' }, detail),
    guessed
      ? h('span', { class: 'why' }, 'Several requests were under way there: it may be another one’s.')
      : undefined,
    bar,
  ]
  const more = [...decisions.map(decisionOf), ...(hops.length > 0 ? [hopsOf(hops)] : [])]
  const state = ok === undefined ? 'open' : ok ? 'good' : 'bad'
  if (more.length === 0) return h('li', { class: state }, h('div', { class: 'leg' }, ...summary))
  return h(
    'li',
    { class: state },
    h('details', { open: ok === false }, h('summary', { class: 'leg' }, ...summary), ...more),
  )
}

const HOPS: Readonly<Record<string, string>> = {
  dns: 'DNS',
  loadBalancer: 'load balancer',
  routeTable: 'route table',
  transitGateway: 'Transit Gateway',
  securityGroup: 'security group',
  internetGateway: 'internet gateway',
  natGateway: 'NAT gateway',
  return: 'way back',
}

const hopsOf = (hops: readonly Hop[]) =>
  h(
    'ol',
    { class: 'hops' },
    ...hops.map(({ kind, detail }) => h('li', {}, h('b', {}, HOPS[kind] ?? kind), ' ', detail)),
  )

function decisionOf({ action, resource, caller, allowed, layer, message }: DecisionView): HTMLElement {
  return h(
    'p',
    { class: `decision ${allowed ? 'good' : 'bad'}` },
    h('b', {}, `${allowed ? 'IAM allows' : 'IAM refuses'} ${action}`),
    ` on ${resource} to ${caller}`,
    layer === undefined ? undefined : h('span', { class: 'why' }, `${layer}. ${message ?? ''}`),
  )
}

export function showResource(resource: ResourceDetail, closed: () => void): void {
  const { type, id, account, region, stack, owner, component, inputs, policies, urn } = resource
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Id', id],
    ['Account', account],
    ['Region', region],
    ['Owner', owner],
    ['Stack', stack],
    ['Part of', component],
    ['URN', urn],
  ]
  const [, name = type] = /:(\w+)$/.exec(type) ?? []
  open(
    name,
    closed,
    h('p', { class: 'type' }, type),
    list(facts),
    h('h3', {}, 'Policies that apply'),
    policies.length === 0
      ? h('p', { class: 'quiet' }, 'None.')
      : h('div', { class: 'policies' }, ...policies.map(policyOf)),
    h('h3', {}, 'As it is declared'),
    json(inputs, 'Its declaration'),
  )
}

const policyOf = ({ layer, name, document }: Policy) =>
  h('details', {}, h('summary', {}, h('b', {}, layer), ` ${name}`), json(document, `${layer} ${name}`))

const json = (value: unknown, label: string) =>
  h(
    'pre',
    { tabindex: 0, role: 'region', 'aria-label': label },
    typeof value === 'string' ? value : JSON.stringify(value, undefined, 2),
  )

const list = (facts: readonly (readonly [string, string | undefined])[]) =>
  h(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([name, value]) =>
      value === undefined ? [] : [h('div', {}, h('dt', {}, name), h('dd', {}, value))],
    ),
  )
