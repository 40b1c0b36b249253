/** Draws the platform as SVG. The lights of requests are in lights.ts. */
import { type Frame, type Placed, type Plan, plan } from '../layout.ts'
import type { Scene } from '../messages.ts'
import { h, part, s } from './dom.ts'
import { icon } from './icons.ts'
import { colourOf, nameTenants } from './tenant-colours.ts'

export interface Picture {
  readonly plan: Plan
  /** The layer for lights, between the wires and the nodes. */
  readonly lights: SVGGElement
  readonly labels: SVGGElement
  node(id: string): SVGGElement | undefined
}

/**
 * Draws the picture in place of the previous one.
 * @param open called with the resource that somebody wants to see
 */
export function draw(scene: Scene, open: (urn: string) => void): Picture {
  nameTenants([...new Set(scene.accounts.flatMap(({ tenants }) => tenants))].sort())
  const drawn = plan(scene)
  const { width, height, frames, feet, nodes, wires } = drawn
  const elements = new Map([...nodes].map(([id, placed]) => [id, drawNode(placed, open)] as const))
  const lights = s('g', { class: 'lights', 'aria-hidden': 'true' })
  const labels = s('g', { class: 'labels', 'aria-hidden': 'true' })
  const svg = s(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': labelOf(scene), style: undefined },
    s('g', { 'aria-hidden': 'true' }, ...frames.map((frame) => drawFrame(frame))),
    s('g', { 'aria-hidden': 'true' }, ...feet.map(({ x, y, text }) => s('text', { x, y, class: 'foot' }, text))),
    s(
      'g',
      { 'aria-hidden': 'true' },
      ...wires.flatMap(({ d, quiet }) => (quiet ? [] : [s('path', { d, class: 'wire' })])),
    ),
    lights,
    s('g', {}, ...elements.values()),
    labels,
  )
  const focusedId = document.activeElement?.closest('[data-node]')?.getAttribute('data-node')
  const section = part('picture')
  if (scene.accounts.length === 0) section.replaceChildren(h('p', { class: 'empty' }, 'Nothing is declared yet.'))
  else
    section.replaceChildren(
      h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Picture of the platform' }, svg),
    )
  rove(svg, [...nodes.values()], elements)
  if (focusedId) elements.get(focusedId)?.focus()
  return { plan: drawn, lights, labels, node: (id) => elements.get(id) }
}

function labelOf({ accounts }: Scene): string {
  const tenants = accounts.flatMap((account) => account.tenants)
  return `The platform as it is declared: ${accounts.length} accounts, tenants ${tenants.join(', ') || 'none'}. Arrow keys move, Enter opens a resource.`
}

function drawFrame({ kind, x, y, w, h: height, label, note, role, tenant, purpose }: Frame): SVGGElement {
  const classes = [
    'frame',
    kind,
    role ?? '',
    purpose ?? '',
    kind === 'account' && role === 'spoke' ? colourOf(tenant) : '',
  ]
  const radius = kind === 'account' ? 14 : kind === 'network' ? 10 : 7
  const text = s(
    'text',
    { x: x + (kind === 'account' ? 14 : 10), y: y + (kind === 'tier' ? 16 : 19), class: 'title' },
    label,
  )
  if (note !== '') text.append(s('tspan', { class: 'note', dx: 8 }, note))
  return s('g', { class: classes.join(' ') }, s('rect', { x, y, width: w, height, rx: radius }), text)
}

function drawNode({ node, x, y, w, h: height }: Placed, open: (urn: string) => void): SVGGElement {
  const { id, kind, label, note, urn, tenant, small } = node
  const names = ['node', kind, small ? 'small' : '', tenant === undefined ? '' : colourOf(tenant)]
  const bare = kind === 'internetGateway'
  const group = s('g', { class: names.join(' '), 'data-node': id, tabindex: -1, role: 'button' })
  group.append(s('rect', { x, y, width: w, height, rx: bare ? height / 2 : small ? 7 : 10, class: 'body' }))
  const shown = bare ? [] : wordsOf({ node, x, y, w, h: height })
  if (bare) group.append(icon(node, x + w / 2 - 8, y + height / 2 - 8))
  else if (kind !== 'table')
    group.append(icon(node, x + (small ? 7 : 12), y + (kind === 'transitGateway' ? 14 : height / 2 - 8)))
  // The space between makes screen readers read the same words that are seen.
  group.append(...shown.flatMap(({ at, name, words }, index) => [index > 0 ? ' ' : '', text(at.x, at.y, words, name)]))
  const read = shown.map(({ words }) => words).join(' ')
  const rest = [label, note].filter((words) => words !== '' && !read.includes(words))
  group.setAttribute(
    'aria-label',
    [read, ...rest, urn === undefined ? '' : 'opens its declaration'].filter(Boolean).join(', '),
  )
  group.append(s('title', {}, [label, note, ...(node.routes ?? [])].filter(Boolean).join(' · ')))
  if (urn !== undefined) {
    group.addEventListener('click', () => open(urn))
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      open(urn)
    })
  } else group.classList.add('plain')
  return group
}

interface Words {
  readonly at: { readonly x: number; readonly y: number }
  readonly name: string
  readonly words: string
}

/** The texts of a node. */
function wordsOf({ node: { kind, label, note, small }, x, y, w, h: height }: Placed): readonly Words[] {
  if (kind === 'transitGateway')
    return [
      { at: { x: x + 36, y: y + 21 }, name: 'label', words: label },
      { at: { x: x + 36, y: y + 36 }, name: 'note', words: 'route tables' },
    ]
  if (small) {
    const left = kind === 'table' ? 12 : 27
    return [
      { at: { x: x + left, y: y + height / 2 + 4 }, name: 'label', words: fitting(label, w - left - 5, '500 11px') },
    ]
  }
  return [
    { at: { x: x + 38, y: y + 20 }, name: 'label', words: fitting(label, w - 46) },
    { at: { x: x + 38, y: y + 35 }, name: 'note', words: fitting(note, w - 44, '10.5px') },
  ]
}

const text = (x: number, y: number, content: string, name: string) => s('text', { x, y, class: name }, content)

const pen = document.createElement('canvas').getContext('2d')
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif'

/** Shortens a text to a width. */
function fitting(content: string, width: number, font = '600 12.5px'): string {
  if (!pen) return content
  pen.font = `${font} ${FONT}`
  let shown = content
  while (shown.length > 1 && pen.measureText(shown === content ? shown : `${shown}…`).width > width)
    shown = shown.slice(0, -1)
  return shown === content ? content : `${shown}…`
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
}

/** The picture is a single stop of the tab key; arrow keys go to the next node in their direction. */
function rove(svg: SVGSVGElement, nodes: readonly Placed[], elements: ReadonlyMap<string, SVGGElement>): void {
  const [first] = elements.values()
  first?.setAttribute('tabindex', '0')
  svg.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    const id = (event.target as Element).closest('[data-node]')?.getAttribute('data-node')
    const from = nodes.find(({ node }) => node.id === id)
    if (!step || !from) return
    event.preventDefault()
    const next = nearest(nodes, from, step)
    const [old, found] = [elements.get(from.node.id), next && elements.get(next.node.id)]
    if (!found) return
    old?.setAttribute('tabindex', '-1')
    found.setAttribute('tabindex', '0')
    found.focus()
  })
}

function nearest(nodes: readonly Placed[], from: Placed, [dx, dy]: readonly [number, number]): Placed | undefined {
  const middle = ({ x, y, w, h: height }: Placed) => ({ x: x + w / 2, y: y + height / 2 })
  const here = middle(from)
  let best: { readonly node: Placed; readonly far: number } | undefined
  for (const node of nodes) {
    const there = middle(node)
    const [along, across] = [
      (there.x - here.x) * dx + (there.y - here.y) * dy,
      (there.x - here.x) * dy + (there.y - here.y) * dx,
    ]
    if (node === from || along <= 4) continue
    const far = along + Math.abs(across) * 3
    if (!best || far < best.far) best = { node, far }
  }
  return best?.node
}
