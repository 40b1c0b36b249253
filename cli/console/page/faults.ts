/** Switches for the frequent faults, and a form for all others. */
import type { FaultKind, FaultView } from '../messages.ts'
import { ask } from './connection.ts'
import { h, part, say } from './dom.ts'

interface Preset {
  readonly label: string
  readonly kind: string
  readonly options: Readonly<Record<string, string>>
}

const presetsOf = (tenant: string): readonly Preset[] => [
  { label: `Bedrock throttles ${tenant}`, kind: 'throttling', options: { service: 'bedrock-runtime', tenant } },
  {
    label: `Bedrock is two seconds slower for ${tenant}`,
    kind: 'latency',
    options: { service: 'bedrock-runtime', tenant, milliseconds: '2000' },
  },
  { label: `The model endpoint of ${tenant} is down`, kind: 'outage', options: { tenant } },
]

const COMMON: readonly Preset[] = [
  { label: 'STS answers 503', kind: 'error', options: { service: 'sts', code: 'ServiceUnavailable', status: '503' } },
]

export class Faults {
  readonly #presets = h('div', { class: 'switches' })
  readonly #on = h('ul', { class: 'on' })
  readonly #form = h('form', { class: 'fault' })
  readonly #says = h('p', { role: 'alert', class: 'says' })
  #faults: readonly FaultView[] = []
  #tenants: readonly string[] = []
  #drawn = ''

  constructor() {
    part('faults').replaceChildren(
      h('div', { class: 'head' }, h('h2', { id: 'faults-title' }, 'Faults')),
      this.#presets,
      h('h3', {}, 'On now'),
      this.#on,
      h('details', {}, h('summary', {}, 'Another fault'), this.#form),
      this.#says,
    )
  }

  offer(kinds: readonly FaultKind[]): void {
    const kind = h(
      'select',
      { id: 'fault-kind', change: () => fields() },
      ...kinds.map(({ name }) => h('option', { value: name }, name)),
    )
    const what = h('p', { class: 'quiet' })
    const inputs = h('div', { class: 'fields' })
    const fields = () => {
      const chosen = kinds.find(({ name }) => name === kind.value)
      if (!chosen) return
      say(what, chosen.what)
      inputs.replaceChildren(
        ...[...chosen.needs, ...chosen.takes].map((name) => {
          const id = `fault-${name}`
          const input = h('input', { id, name, autocomplete: 'off', required: chosen.needs.includes(name) })
          return h('div', {}, h('label', { for: id }, name.replaceAll('-', ' ')), input)
        }),
      )
    }
    this.#form.replaceChildren(
      h('label', { for: 'fault-kind' }, 'Kind'),
      kind,
      what,
      inputs,
      h('button', { type: 'submit' }, 'Switch on'),
    )
    this.#form.onsubmit = (event) => {
      event.preventDefault()
      const given = [...inputs.querySelectorAll('input')].filter(({ value }) => value !== '')
      void this.#send({
        verb: 'add',
        kind: kind.value,
        options: Object.fromEntries(given.map(({ name, value }) => [name, value])),
      })
    }
    fields()
  }

  name(tenants: readonly string[]): void {
    this.#tenants = tenants
    this.#draw()
  }

  show(faults: readonly FaultView[]): void {
    this.#faults = faults
    this.#draw()
  }

  #draw(): void {
    // A switch that was drawn anew while somebody uses it would lose its focus.
    const drawn = JSON.stringify([this.#faults, this.#tenants])
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    const focused = document.activeElement?.getAttribute('data-switch')
    const presets = [...this.#tenants.flatMap(presetsOf), ...COMMON]
    this.#presets.replaceChildren(...presets.map((preset) => this.#switch(preset)))
    this.#on.replaceChildren(
      ...(this.#faults.length === 0
        ? [h('li', { class: 'quiet' }, 'None is on.')]
        : this.#faults.map((fault) => this.#row(fault))),
    )
    if (focused) this.#presets.querySelector<HTMLElement>(`[data-switch="${CSS.escape(focused)}"]`)?.focus()
  }

  #switch(preset: Preset): HTMLElement {
    const { label, kind, options } = preset
    const active = this.#faults.find((fault) => fault.kind === kind && same(fault.options, options))
    const toggle = () =>
      void this.#send(active ? { verb: 'clear', number: active.number } : { verb: 'add', kind, options })
    const on = active !== undefined
    return h(
      'button',
      { type: 'button', role: 'switch', 'aria-checked': String(on), 'data-switch': label, click: toggle },
      h('span', { class: 'knob', 'aria-hidden': 'true' }),
      label,
    )
  }

  #row({ number, kind, options, hits }: FaultView): HTMLElement {
    const where =
      Object.entries(options)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ') || 'every call'
    const off = () => void this.#send({ verb: 'clear', number })
    return h(
      'li',
      {},
      h('span', {}, h('b', {}, kind), ` ${where}`),
      h('span', { class: 'quiet' }, hits === 1 ? '1 hit' : `${hits} hits`),
      h('button', { type: 'button', 'aria-label': `Switch off fault ${number}, ${kind}`, click: off }, 'Off'),
    )
  }

  async #send(request: unknown): Promise<void> {
    try {
      say(this.#says, '')
      this.show((await ask('/api/faults', request)) as readonly FaultView[])
    } catch (error) {
      say(this.#says, error instanceof Error ? error.message : String(error))
    }
  }
}

const same = (a: FaultView['options'], b: Readonly<Record<string, string>>) =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(b).every(([name, value]) => a[name] === value)
