/** Shows what tenants use, as small plots, and how far their limits are used up. */
import './locale.ts'
import uPlot from 'uplot'
import type { LimitView, TenantLimitsView, TenantUsage } from '../messages.ts'
import { h, part, say } from './dom.ts'
import { count, dollars, spaced } from './format.ts'
import { colourOf } from './tenant-colours.ts'

interface Card {
  readonly element: HTMLElement
  readonly figures: HTMLElement
  readonly limits: HTMLElement
  readonly host: HTMLElement
  plot?: uPlot
}

const HEIGHT = 84

export class Tenants {
  readonly #cards = new Map<string, Card>()
  readonly #usage = new Map<string, TenantUsage>()
  readonly #body = h('div', { class: 'cards' })

  constructor() {
    part('tenants').replaceChildren(
      h(
        'div',
        { class: 'head' },
        h('h2', { id: 'tenants-title' }, 'Tenants'),
        h(
          'p',
          { class: 'key' },
          h('span', { class: 'bars' }),
          'requests',
          h('span', { class: 'bad' }),
          'refused',
          h('span', { class: 'line' }),
          'tokens, last 10 minutes',
        ),
      ),
      this.#body,
    )
    new ResizeObserver(() => this.#resize()).observe(this.#body)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#again())
  }

  /** The declared tenants, whether or not they have used anything. */
  name(tenants: readonly string[]): void {
    for (const [tenant, { element, plot }] of this.#cards)
      if (!tenants.includes(tenant)) {
        plot?.destroy()
        element.remove()
        this.#cards.delete(tenant)
      }
    for (const tenant of tenants) this.#card(tenant)
  }

  use(usage: readonly TenantUsage[]): void {
    for (const one of usage) {
      const card = this.#cards.get(one.tenant)
      if (!card) continue
      this.#usage.set(one.tenant, one)
      const sum = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0)
      const [requests, refused, tokens] = [sum(one.requests), sum(one.refused), sum(one.tokens)]
      say(
        card.figures,
        `${count(requests)} requests, ${count(refused)} refused, ${count(tokens)} tokens, ${dollars(one.nanoDollars)}`,
      )
      // A bar without height would be a coloured line along the axis.
      const bars = (figures: readonly number[]) => figures.map((figure) => figure || null)
      const data: uPlot.AlignedData = [[...one.times], bars(one.requests), bars(one.refused), [...one.tokens]]
      if (card.plot) card.plot.setData(data)
      else card.plot = plotIn(card.host, data)
    }
  }

  limit(tenants: readonly TenantLimitsView[]): void {
    for (const { tenant, limits } of tenants) {
      const card = this.#cards.get(tenant)
      if (!card) continue
      card.limits.replaceChildren(
        ...(limits.length === 0 ? [h('p', { class: 'quiet' }, 'No limit is set.')] : limits.map(limitOf)),
      )
    }
  }

  #card(tenant: string): void {
    if (this.#cards.has(tenant)) return
    const figures = h('p', { class: 'figures' }, 'Nothing yet.')
    const limits = h('div', { class: 'limits' })
    const host = h('div', {
      class: 'plot',
      role: 'img',
      'aria-label': `Requests and tokens of ${tenant} in the last ten minutes; the figures are above`,
    })
    const element = h('article', { class: colourOf(tenant) }, h('h3', {}, tenant), figures, host, limits)
    this.#cards.set(tenant, { element, figures, limits, host })
    this.#body.append(element)
  }

  #resize(): void {
    for (const { plot, host } of this.#cards.values())
      if (plot && host.clientWidth > 0) plot.setSize({ width: host.clientWidth, height: HEIGHT })
  }

  /** Colours come from the page, whose colours have changed now. */
  #again(): void {
    for (const card of this.#cards.values()) {
      card.plot?.destroy()
      delete card.plot
    }
    this.use([...this.#usage.values()])
  }
}

function plotIn(host: HTMLElement, data: uPlot.AlignedData): uPlot {
  const [ink, tenant, bad, muted] = ['--grid', '--tenant', '--bad', '--muted'].map((name) => colourIn(host, name)) as [
    string,
    string,
    string,
    string,
  ]
  const bars = uPlot.paths.bars?.({ size: [0.8, 20] })
  const axis = {
    stroke: muted,
    grid: { stroke: ink, width: 1 },
    ticks: { show: false },
    font: '10px system-ui, sans-serif',
  }
  return new uPlot(
    {
      width: host.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        y: { range: (_, __, most) => [0, Math.max(4, most)] },
        tokens: { range: (_, __, most) => [0, Math.max(10, most)] },
      },
      axes: [
        {
          ...axis,
          size: 20,
          space: 70,
          values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toTimeString().slice(0, 5)),
        },
        { ...axis, size: 28, splits: ({ scales }) => [0, scales.y?.max ?? 0] },
      ],
      series: [
        {},
        { stroke: tenant, fill: faded(tenant), width: 1, points: { show: false }, ...(bars && { paths: bars }) },
        { stroke: bad, fill: faded(bad), width: 1, points: { show: false }, ...(bars && { paths: bars }) },
        { stroke: muted, scale: 'tokens', width: 1.5, dash: [3, 3], points: { show: false } },
      ],
    },
    data,
    host,
  )
}

/** A canvas knows neither names of colours nor which colour of a light and a dark one applies. */
function colourIn(host: HTMLElement, name: string): string {
  host.style.color = `var(${name})`
  const { color } = getComputedStyle(host)
  host.style.color = ''
  return color
}

const faded = (colour: string) => colour.replace(/^rgb\(([\d.]+), ([\d.]+), ([\d.]+)\)$/, 'rgb($1 $2 $3 / 45%)')

function limitOf({ scope, limit, holds, used }: LimitView): HTMLElement {
  const name = `${scope === 'tenant' ? '' : `${scope}: `}${spaced(limit)}`
  if (used === undefined)
    return h('p', { class: 'limit' }, h('span', {}, name), h('span', { class: 'figure' }, count(holds)))
  const share = Math.min(1, used / holds)
  const fill = h('span')
  fill.style.inlineSize = `${100 * share}%`
  return h(
    'p',
    { class: `limit ${share >= 1 ? 'full' : share >= 0.8 ? 'near' : ''}` },
    h('span', {}, name),
    h('span', { class: 'figure' }, `${count(used)} of ${count(holds)}`),
    h(
      'span',
      {
        class: 'meter',
        role: 'meter',
        'aria-label': name,
        'aria-valuemin': 0,
        'aria-valuemax': holds,
        'aria-valuenow': Math.min(used, holds),
        'aria-valuetext': `${count(used)} of ${count(holds)}`,
      },
      fill,
    ),
  )
}
