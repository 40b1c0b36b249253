/** Shows requests as lights on the picture: each lights up its path, hop by hop. A refused request is red where it was stopped. */
import { track } from '../layout-wires.ts'
import type { RequestView } from '../messages.ts'
import { s } from './dom.ts'
import type { Picture } from './picture.ts'
import { colourOf } from './tenant-colours.ts'

/** If more lit up at the same time, nobody could follow them. */
const MOST = 6
const CURVE_MILLISECONDS = 170
const REST_MILLISECONDS = 2_600
const REFUSED_REST_MILLISECONDS = 6_000
/** Milliseconds, long enough to be read. */
const SEEN_MILLISECONDS = 1_800

interface Light {
  readonly id: string
  readonly group: SVGGElement
  readonly label: SVGGElement
  /** For each part of a path, how many of its nodes were drawn: the end of a call is known only when it is over. */
  readonly drawn: number[]
  /** Called when the animation of what was drawn has ended. */
  until: number
  ended: boolean
  stopped: boolean
  timer?: ReturnType<typeof setTimeout>
  request?: RequestView
}

const still = matchMedia('(prefers-reduced-motion: reduce)')

export class Lights {
  #picture: Picture
  readonly #on = new Map<string, Light>()
  readonly #done = new Set<string>()
  #pinned: string | undefined

  constructor(picture: Picture) {
    this.#picture = picture
  }

  /** Called when the picture was drawn anew: whatever is lit in the old one is lit in the new one as well. */
  set picture(picture: Picture) {
    const lit = [...this.#on.values()]
    this.#on.clear()
    this.#picture = picture
    for (const { timer, request } of lit) {
      clearTimeout(timer)
      if (request) this.#show(request, this.#start(request.id))
    }
  }

  /** Shows one request until another one or none is shown. */
  pin(request: RequestView | undefined): void {
    const before = this.#pinned
    this.#pinned = request?.id
    if (before !== undefined && before !== request?.id) this.#off(before)
    if (!request) return
    this.#off(request.id)
    this.#show(request, this.#start(request.id))
  }

  update(request: RequestView): void {
    const { id } = request
    const light = this.#on.get(id)
    if (light) {
      this.#show(request, light)
      return
    }
    if (this.#done.has(id) || (this.#pinned !== undefined && request.outcome === 'answered')) return
    if (this.#on.size >= MOST) {
      // Somebody who watches usually looks for refusals.
      const oldest = [...this.#on.values()].find((one) => one.id !== this.#pinned)
      if (request.outcome === 'answered' || request.outcome === 'under way' || !oldest) return
      this.#off(oldest.id)
    }
    this.#show(request, this.#start(id))
  }

  #start(id: string): Light {
    // Requests that are over make room for new ones.
    for (const light of this.#on.values())
      if (light.ended && light.until + SEEN_MILLISECONDS < performance.now()) this.#fade(light)
    const [group, label] = [s('g', { class: 'light' }), s('g', {})]
    this.#picture.lights.append(group)
    this.#picture.labels.append(label)
    const light: Light = { id, group, label, drawn: [], until: performance.now(), ended: false, stopped: false }
    this.#on.set(id, light)
    return light
  }

  #show(request: RequestView, light: Light): void {
    const { outcome, stopped, legs } = request
    light.request = request
    const bad = outcome === 'refused' || outcome === 'failed' || stopped !== undefined
    light.group.setAttribute('class', `light ${bad ? 'bad' : colourOf(request.tenant)}`)
    light.group.dataset.outcome = outcome
    light.group.dataset.request = request.id
    legs.forEach(({ way }, index) => {
      const seen = light.drawn[index] ?? 0
      if (way.length > seen) this.#leg(light, way.slice(Math.max(0, seen - 1)), seen > 0)
      light.drawn[index] = way.length
    })
    if (stopped && !light.stopped) {
      light.stopped = true
      this.#after(light, () =>
        this.#stop(light, stopped.node ?? legs.findLast(({ way }) => way.length > 0)?.way.at(-1), stopped.layer),
      )
    }
    light.ended = outcome !== 'under way'
    if (light.ended && request.id !== this.#pinned) {
      clearTimeout(light.timer)
      const rest = bad ? REFUSED_REST_MILLISECONDS : REST_MILLISECONDS
      light.timer = setTimeout(() => this.#fade(light), Math.max(0, light.until - performance.now()) + rest)
    }
  }

  /** @param further whether its first node is lit already */
  #leg(light: Light, way: readonly string[], further: boolean): void {
    const { nodes, curves } = track(this.#picture.plan, way)
    const begin = Math.max(light.until, performance.now())
    curves.forEach((d, index) => {
      const delay = begin + index * CURVE_MILLISECONDS - performance.now()
      light.group.append(ray(d, delay))
    })
    nodes.forEach((id, index) => {
      if (further && index === 0) return
      const moment = Math.max(0, begin + Math.max(0, index - 1) * CURVE_MILLISECONDS - performance.now())
      const halo = this.#halo(id, 'halo')
      if (!halo) return
      light.group.append(halo)
      if (!still.matches)
        halo.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 160, delay: moment, fill: 'backwards' })
    })
    light.until = begin + curves.length * CURVE_MILLISECONDS
  }

  /** The light around a node. */
  #halo(id: string, name: string): SVGRectElement | undefined {
    const at = this.#picture.plan.nodes.get(id)
    if (!at) return undefined
    const [x, y, width, height] = [at.x - 3, at.y - 3, at.w + 6, at.h + 6]
    const rx = at.node.kind === 'internetGateway' ? height / 2 : 12
    return s('rect', { x, y, width, height, rx, class: name, 'data-lit': id })
  }

  #stop(light: Light, id: string | undefined, layer: string): void {
    const at = id === undefined ? undefined : this.#picture.plan.nodes.get(id)
    if (!at || id === undefined) return
    const halo = this.#halo(id, 'halo stop')
    if (halo) light.group.append(halo)
    const width = layer.length * 6.7 + 40
    const x = Math.min(Math.max(4, at.x + at.w / 2 - width / 2), this.#picture.plan.width - width - 4)
    const y = at.y < 40 ? at.y + at.h + 8 : at.y - 32
    light.label.setAttribute('class', 'stopped')
    light.label.append(
      s('rect', { x, y, width, height: 25, rx: 12.5 }),
      s('path', { d: `M${x + 12} ${y + 8.5}l8 8m0-8l-8 8`, class: 'cross' }),
      s('text', { x: x + 28, y: y + 17 }, layer),
    )
  }

  #after(light: Light, work: () => void): void {
    const wait = still.matches ? 0 : light.until - performance.now()
    setTimeout(
      () => {
        if (this.#on.get(light.id) === light) work()
      },
      Math.max(0, wait),
    )
  }

  #fade(light: Light): void {
    if (this.#on.get(light.id) !== light || light.id === this.#pinned) return
    const end = () => this.#off(light.id, light)
    if (still.matches) {
      end()
      return
    }
    for (const element of [light.group, light.label])
      element.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 500, fill: 'forwards' }).onfinish = end
  }

  #off(id: string, only?: Light): void {
    const light = this.#on.get(id)
    if (!light || (only && light !== only)) return
    clearTimeout(light.timer)
    light.group.remove()
    light.label.remove()
    this.#on.delete(id)
    this.#done.add(id)
    const [oldest] = this.#done
    if (this.#done.size > 600 && oldest !== undefined) this.#done.delete(oldest)
  }
}

/** A curve that lights up from its beginning to its end, and the dot that moves along it. */
function ray(d: string, delay: number): SVGGElement {
  const line = s('path', { d, class: 'ray', pathLength: 1 })
  if (still.matches) return s('g', {}, line)
  const wait = Math.max(0, delay)
  const timing = { duration: CURVE_MILLISECONDS, delay: wait, fill: 'backwards' } as const
  line.animate(
    [
      { strokeDasharray: '0 1', opacity: 0 },
      { opacity: 1, offset: 0.1 },
      { strokeDasharray: '1 1', opacity: 1 },
    ],
    timing,
  )
  const spark = s('circle', { r: 4.5, class: 'spark' })
  spark.style.offsetPath = `path("${d}")`
  const run = spark.animate(
    [
      { offsetDistance: '0%', opacity: 1 },
      { offsetDistance: '100%', opacity: 1 },
    ],
    { duration: CURVE_MILLISECONDS, delay: wait, easing: 'ease-in-out' },
  )
  run.onfinish = () => spark.remove()
  return s('g', {}, line, spark)
}
