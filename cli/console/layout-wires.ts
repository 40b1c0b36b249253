/** Curves between the parts of the picture, and a request's path along them. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Joint {
  /** Text for the `d` of an SVG path. */
  readonly d: string
}

/** How far a curve goes out to the side between two nodes of which one is below the other. */
const SWING = 22

export function joined(a: Box, b: Box): Joint {
  const [ay, by] = [a.y + a.h / 2, b.y + b.h / 2]
  if (a.x + a.w <= b.x) return curve(a.x + a.w, ay, b.x, by)
  if (b.x + b.w <= a.x) return curve(a.x, ay, b.x + b.w, by)
  // One node is inside the other: a table in its gateway.
  if (contains(a, b) || contains(b, a)) return { d: `M${point(a.x + a.w / 2, ay)}L${point(b.x + b.w / 2, by)}` }
  // A service below its endpoint has another width, so the wire goes straight down to it.
  if (a.w !== b.w && Math.max(a.w, b.w) < 2 * Math.min(a.w, b.w)) {
    const [ax, bx] = [a.x + a.w / 2, b.x + b.w / 2]
    const [from, to] = ay < by ? [a.y + a.h, b.y] : [a.y, b.y + b.h]
    const bend = (from + to) / 2
    return { d: `M${point(ax, from)}C${point(ax, bend)} ${point(bx, bend)} ${point(bx, to)}` }
  }
  // Nodes of the same column may have others between them, so the curve goes round these on the nearer side.
  const left = Math.abs(a.x - b.x) < Math.abs(a.x + a.w - b.x - b.w)
  const [from, to] = left ? [a.x, b.x] : [a.x + a.w, b.x + b.w]
  const edge = left ? Math.min(from, to) - SWING : Math.max(from, to) + SWING
  return { d: `M${point(from, ay)}C${point(edge, ay)} ${point(edge, by)} ${point(to, by)}` }
}

function curve(x1: number, y1: number, x2: number, y2: number): Joint {
  const bend = (x1 + x2) / 2
  return { d: `M${point(x1, y1)}C${point(bend, y1)} ${point(bend, y2)} ${point(x2, y2)}` }
}

const contains = (outer: Box, inner: Box) =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.w >= inner.x + inner.w &&
  outer.y + outer.h >= inner.y + inner.h

const point = (x: number, y: number) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`

export interface Curve extends Joint {
  readonly from: string
  readonly to: string
  /** The wire from an endpoint to its service, of which there are many: drawn only when a request takes it. */
  readonly quiet: boolean
}

/** The parts of the picture that matter for paths. */
export interface Ground {
  readonly nodes: ReadonlyMap<string, Box>
  readonly wires: readonly Curve[]
}

export interface Track {
  /** Every node that lights up, in order. */
  readonly nodes: readonly string[]
  readonly curves: readonly string[]
}

/**
 * The curves of one part of a request's path. Between two nodes that are joined by way of others, such as a gateway and the Transit Gateway, it
 * follows the wires; between two that no wire joins, it goes straight.
 */
export function track(plan: Ground, way: readonly string[]): Track {
  const nodes: string[] = []
  const curves: string[] = []
  let last: string | undefined
  for (const id of way) {
    if (!plan.nodes.has(id)) continue
    // A table is drawn inside its gateway, so nothing moves.
    if (id.startsWith('table:')) {
      nodes.push(id)
      continue
    }
    if (last !== undefined) {
      const between = shortest(plan, last, id) ?? [last, id]
      for (const [index, next] of between.entries()) {
        const [a, b] = [plan.nodes.get(between[index - 1] ?? ''), plan.nodes.get(next)]
        if (!a || !b) continue
        nodes.push(next)
        curves.push(joined(a, b).d)
      }
    } else nodes.push(id)
    last = id
  }
  return { nodes, curves }
}

/** With more parts, it would be a detour and not the path. */
const FURTHEST = 3

function shortest({ wires }: Pick<Ground, 'wires'>, from: string, to: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from]]
  const seen = new Set([from])
  for (const way of ways) {
    const end = way.at(-1) ?? ''
    if (end === to) return way
    if (way.length > FURTHEST) continue
    for (const wire of wires) {
      const next = wire.from === end ? wire.to : wire.to === end ? wire.from : undefined
      if (next === undefined || seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return undefined
}
