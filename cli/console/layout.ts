/**
 * Where everything is drawn: the declared platform → rectangles and curves. Pure: the same scene gives the same picture.
 *
 * From left to right a request's way: clients, the hub's account with its networks, the Transit Gateway, the tenants' accounts below
 * one another. In a network its tiers stand beside one another, and what sits in a tier stands in a column.
 */
import { type Box, type Curve, joined } from './layout-wires.ts'
import type { Network, Scene, SceneAccount, SceneNode, Tier } from './messages.ts'

export interface Placed extends Box {
  readonly node: SceneNode
}

export interface Frame extends Box {
  readonly kind: 'account' | 'network' | 'tier'
  readonly label: string
  readonly note: string
  readonly role?: SceneAccount['role']
  readonly tenant?: string
  readonly purpose?: Tier['purpose']
  readonly urn?: string
}

/** Height of a subnet's line at the bottom of its tier. */
export interface Foot {
  readonly x: number
  readonly y: number
  readonly text: string
}

export interface Plan {
  readonly width: number
  readonly height: number
  readonly frames: readonly Frame[]
  readonly feet: readonly Foot[]
  readonly nodes: ReadonlyMap<string, Placed>
  readonly wires: readonly Curve[]
}

const MARGIN = 14
const GAP = 12
const PAD = 10
const HEAD = 28
const FOOT_LINE = 14
/** The place where people look first. */
const NODE = { w: 192, h: 46 }
const SMALL = { w: 92, h: 28 }
const CLIENT = { w: 108, h: 46 }
const ICON = { w: 30, h: 30 }
const SERVICE = { w: 138, h: 30 }
const ROUTER = { w: 166, head: 46, table: 30 }
/** Space between the columns, for the wires. */
const AISLE = 44

/** One part of the picture, drawn as if it began at 0, 0. */
interface Part {
  readonly w: number
  readonly h: number
  readonly frames: readonly Frame[]
  readonly feet: readonly Foot[]
  readonly nodes: readonly Placed[]
}

export function plan(scene: Scene): Plan {
  const routers = scene.routers.map((router) => routerPart(router))
  const hubs = scene.accounts.filter(({ role }) => role === 'hub').map((account) => hubPart(account, routers))
  const spokes = scene.accounts.filter(({ role }) => role === 'spoke').map(spokePart)
  const hub = column(hubs, MARGIN)
  const right = column(spokes, MARGIN)
  const inner = Math.max(hub.h, right.h, CLIENT.h)
  const hubX = MARGIN + CLIENT.w + AISLE
  const hubY = MARGIN + (inner - hub.h) / 2
  const rightX = hubX + hub.w + AISLE
  const parts = [at(hub, hubX, hubY), at(right, rightX, MARGIN + (inner - right.h) / 2)]
  const nodes = new Map(parts.flatMap((part) => part.nodes.map((one) => [one.node.id, one] as const)))
  const door = [...nodes.values()].find(({ node }) => node.kind === 'loadBalancer')
  const y = door ? door.y + door.h / 2 - CLIENT.h / 2 : MARGIN + (inner - CLIENT.h) / 2
  nodes.set(scene.client.id, { node: scene.client, x: MARGIN, y, ...CLIENT })
  return {
    width: rightX + (right.w > 0 ? right.w + MARGIN : 0),
    height: inner + 2 * MARGIN,
    frames: parts.flatMap(({ frames }) => frames),
    feet: parts.flatMap(({ feet }) => feet),
    nodes,
    wires: scene.wires.flatMap(({ from, to }) => {
      const [a, b] = [nodes.get(from), nodes.get(to)]
      if (!a || !b) return []
      return [{ from, to, quiet: b.node.kind === 'api' && b.node.small === true, ...joined(a, b) }]
    }),
  }
}

function hubPart(account: SceneAccount, routers: readonly Part[]): Part {
  const networks = column(account.networks.map(networkPart), GAP)
  const beside = column(routers, GAP)
  const services = grid(account.services, networks.w, SERVICE)
  const row = beside.h > networks.h ? beside.h : networks.h
  return framed(account, [
    at(networks, 0, 0),
    at(beside, networks.w + AISLE - PAD, (row - beside.h) / 2),
    at(services, 0, row + (services.h > 0 ? GAP + 6 : 0)),
  ])
}

function spokePart(account: SceneAccount): Part {
  const networks = column(account.networks.map(networkPart), GAP)
  const large = account.services.filter(({ small }) => !small)
  const services = column(
    [
      ...large.map((node) => nodePart(node, NODE)),
      grid(
        account.services.filter(({ small }) => small),
        NODE.w,
        SERVICE,
      ),
    ],
    GAP,
  )
  const row = Math.max(networks.h, services.h)
  return framed(account, [
    at(networks, 0, (row - networks.h) / 2),
    at(services, networks.w === 0 ? 0 : networks.w + AISLE - PAD, (row - services.h) / 2),
  ])
}

function framed(account: SceneAccount, parts: readonly Part[]): Part {
  const inside = together(parts)
  const w = inside.w + 2 * MARGIN
  const h = inside.h + HEAD + MARGIN
  const tenant = account.tenants.length === 1 ? account.tenants[0] : undefined
  const title = account.role === 'hub' ? 'Hub' : account.tenants.join(', ') || account.name
  const frame: Frame = {
    kind: 'account',
    x: 0,
    y: 0,
    w,
    h,
    role: account.role,
    label: title,
    note: `account ${account.id}`,
    ...(tenant !== undefined && { tenant }),
  }
  const { frames, feet, nodes } = at(inside, MARGIN, HEAD)
  return { w, h, frames: [frame, ...frames], feet, nodes }
}

function networkPart({ label, cidr, urn, gateway, tiers }: Network): Part {
  const parts = tiers.map(tierPart)
  const h = Math.max(0, ...parts.map((part) => part.h))
  let x = gateway ? ICON.w / 2 + PAD : PAD
  const placed = parts.map((part) => {
    const there = at(stretched(part, h), x, HEAD)
    x += part.w + GAP
    return there
  })
  const w = Math.max(x - GAP + PAD, NODE.w)
  const whole = h + HEAD + PAD
  const inside = together(placed)
  const frame: Frame = { kind: 'network', x: 0, y: 0, w, h: whole, label: `VPC ${label}`, note: cidr, urn }
  const door = inside.nodes.find(({ node }) => node.kind === 'loadBalancer')
  const gateways: readonly Placed[] = gateway
    ? [{ node: gateway, x: -ICON.w / 2, y: (door ? door.y + door.h / 2 : whole / 2) - ICON.h / 2, ...ICON }]
    : []
  return { w, h: whole, frames: [frame, ...inside.frames], feet: inside.feet, nodes: [...gateways, ...inside.nodes] }
}

function tierPart({ label, purpose, subnets, nodes }: Tier): Part {
  const large = nodes.filter(({ small }) => !small)
  const small = nodes.filter(({ small: one }) => one)
  const narrow = large.length === 0 && small.length <= 1
  const width = narrow ? SMALL.w + 24 : NODE.w
  const size = narrow ? { w: width, h: SMALL.h } : SMALL
  const inside = column([...large.map((node) => nodePart(node, NODE)), grid(small, width, size, 8)], GAP)
  const w = width + 2 * PAD
  const h = HEAD - 4 + inside.h + PAD + subnets.length * FOOT_LINE + 8
  const frame: Frame = { kind: 'tier', x: 0, y: 0, w, h, label, note: '', purpose }
  const feet = subnets.map(({ cidr, zone }, index) => ({
    x: PAD,
    y: h - 8 - (subnets.length - 1 - index) * FOOT_LINE,
    text: narrow ? cidr : `${cidr} · ${zone}`,
  }))
  return { w, h, frames: [frame], feet, nodes: at(inside, PAD, HEAD - 4).nodes }
}

/** A tier is as high as its neighbours; its subnets stay at the bottom, and a single node is in the middle. */
function stretched(part: Part, h: number): Part {
  const more = h - part.h
  if (more <= 0) return part
  const only = part.nodes.length === 1 ? more / 2 : 0
  return {
    ...part,
    h,
    frames: part.frames.map((frame) => ({ ...frame, h })),
    feet: part.feet.map((foot) => ({ ...foot, y: foot.y + more })),
    nodes: part.nodes.map((one) => ({ ...one, y: one.y + only })),
  }
}

function routerPart({ tables, ...node }: Scene['routers'][number]): Part {
  const h = ROUTER.head + tables.length * (ROUTER.table + 6) + 6
  const { id, kind, label, note, urn } = node
  const inner = tables.map(
    (table, index): Placed => ({
      node: table,
      x: PAD,
      y: ROUTER.head + index * (ROUTER.table + 6),
      w: ROUTER.w - 2 * PAD,
      h: ROUTER.table,
    }),
  )
  const own: SceneNode = { id, kind, label, note, ...(urn !== undefined && { urn }) }
  return { w: ROUTER.w, h, frames: [], feet: [], nodes: [{ node: own, x: 0, y: 0, w: ROUTER.w, h }, ...inner] }
}

const nodePart = (node: SceneNode, size: { readonly w: number; readonly h: number }): Part => ({
  ...size,
  frames: [],
  feet: [],
  nodes: [{ node, x: 0, y: 0, ...size }],
})

/** Arranged in rows, with as many nodes in each as fit. */
function grid(
  nodes: readonly SceneNode[],
  width: number,
  size: { readonly w: number; readonly h: number },
  gap = GAP,
): Part {
  if (nodes.length === 0) return EMPTY
  const columns = Math.max(1, Math.floor((width + gap) / (size.w + gap)))
  const placed = nodes.map((node, index): Placed => {
    const [row, place] = [Math.floor(index / columns), index % columns]
    return { node, x: place * (size.w + gap), y: row * (size.h + gap), ...size }
  })
  const rows = Math.ceil(nodes.length / columns)
  const across = Math.min(nodes.length, columns)
  return { w: across * (size.w + gap) - gap, h: rows * (size.h + gap) - gap, frames: [], feet: [], nodes: placed }
}

const EMPTY: Part = { w: 0, h: 0, frames: [], feet: [], nodes: [] }

function column(parts: readonly Part[], gap: number): Part {
  let y = 0
  const placed = parts
    .filter(({ h }) => h > 0)
    .map((part) => {
      const there = at(part, 0, y)
      y += part.h + gap
      return there
    })
  return placed.length === 0 ? EMPTY : { ...together(placed), h: y - gap }
}

/** Moves a part; its size then counts from 0, 0. */
function at(part: Part, x: number, y: number): Part {
  const moved = <T extends { readonly x: number; readonly y: number }>(one: T): T => ({
    ...one,
    x: one.x + x,
    y: one.y + y,
  })
  if (part.h === 0) return part
  return {
    w: part.w + x,
    h: part.h + y,
    frames: part.frames.map(moved),
    feet: part.feet.map(moved),
    nodes: part.nodes.map(moved),
  }
}

const together = (parts: readonly Part[]): Part => ({
  w: Math.max(0, ...parts.map(({ w }) => w)),
  h: Math.max(0, ...parts.map(({ h }) => h)),
  frames: parts.flatMap(({ frames }) => frames),
  feet: parts.flatMap(({ feet }) => feet),
  nodes: parts.flatMap(({ nodes }) => nodes),
})
