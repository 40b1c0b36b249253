/** The list of requests, the newest first. Each row is made once and then updated; the oldest rows are removed. */
import type { RequestView } from '../messages.ts'
import { h, part, say } from './dom.ts'
import { count, duration, short, timeOf } from './format.ts'
import { colourOf } from './tenant-colours.ts'

/** Number of rows in the page; the server keeps more, and so does the trail. */
export const ROWS = 80

interface Row {
  readonly element: HTMLTableRowElement
  readonly cells: readonly HTMLElement[]
  request: RequestView
}

const COLUMNS = ['Time', 'Tenant', 'Request', 'User', 'Model', 'Tokens', 'Took', 'Status'] as const

export class Requests {
  readonly #rows = new Map<string, Row>()
  readonly #body = h('tbody')
  readonly #open: (request: RequestView) => void
  readonly #left = h('p', { class: 'left' })
  #onlyBad = false
  #selected: string | undefined

  constructor(open: (request: RequestView) => void) {
    this.#open = open
    const only = h('input', { type: 'checkbox', id: 'only-bad', change: () => this.#filter(only.checked) })
    const head = h('tr', {}, ...COLUMNS.map((name) => h('th', { scope: 'col' }, name)))
    const table = h('table', { 'aria-labelledby': 'requests-title' }, h('thead', {}, head), this.#body)
    part('requests').replaceChildren(
      h(
        'div',
        { class: 'head' },
        h('h2', { id: 'requests-title' }, 'Requests'),
        this.#left,
        h('label', { for: 'only-bad' }, only, ' only refused'),
      ),
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'List of requests' }, table),
      h('p', { class: 'empty' }, 'No request yet. Send one, and watch it travel.'),
    )
  }

  request(id: string): RequestView | undefined {
    return this.#rows.get(id)?.request
  }

  select(id: string | undefined): void {
    for (const one of [this.#selected, id]) this.#rows.get(one ?? '')?.element.classList.toggle('selected', one === id)
    this.#selected = id
  }

  update(requests: readonly RequestView[], left = 0): void {
    for (const request of requests) {
      const row = this.#rows.get(request.id)
      if (row) row.request = request
      else this.#add(request)
      this.#fill(this.#rows.get(request.id))
    }
    while (this.#rows.size > ROWS) {
      const [oldest] = this.#rows
      if (!oldest) break
      oldest[1].element.remove()
      this.#rows.delete(oldest[0])
    }
    say(this.#left, left > 0 ? `${count(left)} more at once than are listed` : '')
    part('requests').classList.toggle('none', this.#rows.size === 0)
  }

  #add(request: RequestView): void {
    const button = h('button', {
      type: 'button',
      click: () => this.#open(this.#rows.get(request.id)?.request ?? request),
    })
    const cells = COLUMNS.map((name) => h('td', { class: name.toLowerCase() }))
    const element = h('tr', { 'data-request': request.id }, ...cells)
    cells[2]?.append(button)
    // A request that began earlier and is reported later keeps its row: rows are in the order of arrival.
    this.#body.prepend(element)
    this.#rows.set(request.id, { element, cells: cells.map((cell, index) => (index === 2 ? button : cell)), request })
  }

  #fill(row: Row | undefined): void {
    if (!row) return
    const { element, cells, request } = row
    const {
      began,
      tenant,
      machine,
      method,
      path,
      operation,
      user,
      model,
      inputTokens,
      outputTokens,
      status,
      milliseconds,
    } = request
    const texts = [
      timeOf(began),
      tenant === undefined ? '–' : machine === undefined ? tenant : `${tenant}.${machine}`,
      operation === undefined ? `${method} ${path}` : operation.replaceAll('_', ' '),
      machine ?? (user === undefined ? '–' : short(user)),
      model ?? '–',
      inputTokens === undefined ? '–' : `${count(inputTokens)} / ${count(outputTokens ?? 0)}`,
      milliseconds === undefined ? '…' : duration(milliseconds),
      statusText(request),
    ]
    texts.forEach((text, index) => {
      const cell = cells[index]
      if (cell) say(cell, text)
    })
    cells[1]?.setAttribute('class', `tenant ${colourOf(tenant)}`)
    const bad = request.outcome === 'refused' || request.outcome === 'failed'
    element.className = `${request.outcome.replace(' ', '-')} ${request.id === this.#selected ? 'selected' : ''}`
    element.hidden = this.#onlyBad && !bad
    if (status !== undefined)
      cells[7]?.setAttribute(
        'title',
        request.stopped ? `${request.stopped.layer}: ${request.stopped.why}` : `${status}`,
      )
  }

  #filter(only: boolean): void {
    this.#onlyBad = only
    for (const row of this.#rows.values()) this.#fill(row)
  }
}

function statusText({ outcome, status, stopped }: RequestView): string {
  // The part before the colon says where it was, which the picture shows.
  const layer = stopped?.layer.replace(/^[^:]+: /, '')
  if (outcome === 'under way') return layer === undefined ? 'under way' : `waiting · ${layer}`
  return layer === undefined ? String(status) : `${status} ${layer}`
}
