/** The console's page: follows the server's events, and draws what has changed once a frame. */
import type { Message, RequestDetail, RequestView, ResourceDetail, Totals } from '../messages.ts'
import { Audit } from './audit.ts'
import { ask, follow, type State } from './connection.ts'
import { showRequest, showResource } from './details.ts'
import { h, part, say } from './dom.ts'
import { Faults } from './faults.ts'
import { count } from './format.ts'
import { Lights } from './lights.ts'
import { draw } from './picture.ts'
import { Requests } from './requests.ts'
import { Tenants } from './tenants.ts'

const requests = new Requests((request) => void openRequest(request))
const tenants = new Tenants()
const audit = new Audit()
const faults = new Faults()
let lights: Lights | undefined

/** Received and not drawn yet; only the newest of each request. */
const waiting = new Map<string, RequestView>()
let left = 0
let newest: Totals | undefined
let frame = 0

const STATES: Readonly<Record<State, string>> = {
  live: 'Live',
  lost: 'The local cloud does not answer. Trying again…',
  refused: 'The address has no valid token: open the URL that npm start has printed.',
}

function state(now: State): void {
  const element = part('state')
  element.className = now
  say(element, STATES[now])
}

function told(message: Message): void {
  switch (message.kind) {
    case 'all':
      show(message)
      faults.offer(message.faultKinds)
      requests.update(message.requests)
      totals(message.totals)
      audit.add(message.audit)
      tenants.use(message.usage)
      tenants.limit(message.limits)
      faults.show(message.faults)
      break
    case 'scene':
      show(message)
      break
    case 'requests':
      for (const request of message.requests) waiting.set(request.id, request)
      left += message.left
      newest = message.totals
      if (frame === 0) frame = requestAnimationFrame(drawRequests)
      break
    case 'audit':
      audit.add(message.audit)
      break
    case 'usage':
      tenants.use(message.usage)
      break
    case 'limits':
      tenants.limit(message.limits)
      break
    case 'faults':
      faults.show(message.faults)
  }
}

function drawRequests(): void {
  frame = 0
  const changed = [...waiting.values()]
  waiting.clear()
  requests.update(changed, left)
  left = 0
  if (newest) totals(newest)
  for (const request of changed) lights?.update(request)
}

function show({ scene }: Extract<Message, { kind: 'scene' | 'all' }>): void {
  const picture = draw(scene, (urn) => void openResource(urn))
  if (lights) lights.picture = picture
  else lights = new Lights(picture)
  const named = [...new Set(scene.accounts.flatMap((account) => account.tenants))].sort()
  tenants.name(named)
  faults.name(named)
}

function totals({ requests: all, refused, failed, underWay }: Totals): void {
  const figures = { Requests: all, 'Under way': underWay, Refused: refused, Failed: failed }
  const list = part('totals')
  if (list.children.length === 0)
    for (const [name] of Object.entries(figures)) list.append(h('div', {}, h('dt', {}, name), h('dd')))
  Object.values(figures).forEach((figure, index) => {
    const cell = list.children[index]?.lastElementChild
    if (cell) say(cell, count(figure))
  })
}

async function openRequest(request: RequestView): Promise<void> {
  requests.select(request.id)
  lights?.pin(request)
  const closed = () => {
    requests.select(undefined)
    lights?.pin(undefined)
  }
  await ask(`/api/request?id=${encodeURIComponent(request.id)}`).then(
    (detail) => showRequest(detail as RequestDetail, closed),
    () => showRequest({ ...request, legs: request.legs.map((leg) => ({ ...leg, hops: [], decisions: [] })) }, closed),
  )
}

async function openResource(urn: string): Promise<void> {
  try {
    showResource((await ask(`/api/resource?urn=${encodeURIComponent(urn)}`)) as ResourceDetail, () => {})
  } catch {
    // It was destroyed a moment ago, and the picture will follow.
  }
}

void follow(told, state)
