/** The decisions of the audit trail, the newest first. */
import type { AuditView } from '../messages.ts'
import { h, part } from './dom.ts'
import { short, timeOf } from './format.ts'
import { colourOf } from './tenant-colours.ts'

const ROWS = 60

export class Audit {
  readonly #body = h('tbody')
  readonly #seen = new Set<string>()

  constructor() {
    const head = h(
      'tr',
      {},
      ...['Time', 'Tenant', 'Decision', 'Check', 'User', 'Model', 'Status'].map((name) =>
        h('th', { scope: 'col' }, name),
      ),
    )
    part('audit').replaceChildren(
      h('div', { class: 'head' }, h('h2', { id: 'audit-title' }, 'Audit trail')),
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Decisions of the audit trail' },
        h('table', { 'aria-labelledby': 'audit-title' }, h('thead', {}, head), this.#body),
      ),
    )
  }

  add(records: readonly AuditView[]): void {
    for (const record of records) {
      if (this.#seen.has(record.event)) continue
      this.#seen.add(record.event)
      this.#body.prepend(rowOf(record))
      this.#body.children[ROWS]?.remove()
    }
    for (const event of this.#seen) {
      if (this.#seen.size <= ROWS * 4) break
      this.#seen.delete(event)
    }
  }
}

function rowOf({ time, tenant, decision, check, user, model, status }: AuditView): HTMLTableRowElement {
  const refused = decision === 'refused'
  const cells = [
    h('td', {}, timeOf(Date.parse(time))),
    h('td', { class: `tenant ${colourOf(tenant)}` }, tenant),
    h('td', { class: 'status' }, decision),
    h('td', {}, refused ? check : 'all passed'),
    h('td', {}, user === undefined ? '–' : short(user)),
    h('td', {}, model ?? '–'),
    h('td', {}, status === undefined ? '–' : String(status)),
  ]
  return h('tr', { class: refused ? 'refused' : 'answered' }, ...cells)
}
