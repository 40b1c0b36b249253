/** The console of a running local cloud: an observer of it, and a page that shows what was observed. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { auditLogGroupName } from '../../shared/naming.ts'
import { KINDS } from '../fault/kinds.ts'
import type { FaultRow } from '../fault/switch.ts'
import { loadAssets } from './assets.ts'
import { Feed } from './feed.ts'
import { readLimits } from './limits.ts'
import type { FaultKind, Message, Scene, TenantLimitsView } from './messages.ts'
import { Places } from './places.ts'
import { Recorder } from './recorder.ts'
import { resourceDetail } from './resource-detail.ts'
import { sceneOf } from './scene.ts'
import { serveConsole } from './server.ts'
import { Usage } from './usage.ts'

export interface Console {
  /** The page's address, with the token in its fragment. */
  readonly url: string
  /** Bundles the page before somebody opens it. */
  warm(): void
  close(): void
}

export interface ConsoleOptions {
  readonly cloud: Pick<LocalCloud, 'ledger' | 'organization' | 'watch'>
  /**
   * Switches a fault, as `genai fault` does.
   * @throws UserError
   */
  readonly faults: (request: unknown) => readonly FaultRow[]
  /**
   * Reads the limits.
   * @default from the hub's tables
   */
  readonly limits?: () => Promise<readonly TenantLimitsView[]>
}

/** Number of newest changes that are kept: a page that falls further behind is told how many it has missed. */
const MOST_AT_ONCE = 40
const FIRST_REQUESTS = 100
const LIMITS_MILLISECONDS = 3_000
const USAGE_MILLISECONDS = 1_000

const FAULT_KINDS: readonly FaultKind[] = Object.entries(KINDS).map(([name, { what, needs, takes }]) => ({
  name,
  what,
  needs,
  takes,
}))

export async function openConsole({ cloud, faults, limits = readLimits }: ConsoleOptions): Promise<Console> {
  const picture = new Picture(cloud)
  const recorder = new Recorder({ places: () => picture.places })
  const usage = new Usage()
  const switches = new Switches(faults)
  const limited = new Limited(limits)
  const stopWatching = cloud.watch((step) => {
    if (step.kind === 'declared') picture.isOld = true
    if (step.kind === 'logged' && step.logGroup === auditLogGroupName) usage.read(step.lines)
    recorder.observe(step)
  })
  let usageToldAt = 0

  function gather(): readonly Message[] {
    const messages: Message[] = []
    const scene = picture.takeChanged()
    if (scene) messages.push({ kind: 'scene', scene })
    const changed = recorder.takeChanged()
    if (changed.length > 0) {
      const requests = changed.slice(-MOST_AT_ONCE)
      messages.push({ kind: 'requests', requests, left: changed.length - requests.length, totals: recorder.totals })
    }
    const audit = usage.takeAdded()
    if (audit.length > 0) messages.push({ kind: 'audit', audit: audit.slice(-MOST_AT_ONCE) })
    const now = Date.now()
    if (now - usageToldAt >= USAGE_MILLISECONDS) {
      usageToldAt = now
      const series = usage.takeChanged(now)
      if (series) messages.push({ kind: 'usage', usage: series })
      const rows = switches.takeChanged()
      if (rows) messages.push({ kind: 'faults', faults: rows })
      limited.ask(now)
    }
    const held = limited.takeChanged()
    if (held) messages.push({ kind: 'limits', limits: held })
    return messages
  }

  const feed = new Feed(gather, () => ({
    kind: 'all',
    scene: picture.scene,
    requests: recorder.latest(FIRST_REQUESTS),
    totals: recorder.totals,
    audit: usage.records,
    usage: usage.series(Date.now()),
    limits: limited.now,
    faults: switches.rows(),
    faultKinds: FAULT_KINDS,
  }))
  const server = await serveConsole(
    {
      stream: (response) => feed.add(response),
      request: (id) => recorder.detail(id),
      resource: (urn) => resourceDetail(cloud, urn),
      faults,
    },
    loadAssets,
  )
  return {
    url: server.url,
    warm: server.warm,
    close() {
      stopWatching()
      feed.close()
      server.close()
    },
  }
}

/** The picture of the ledger, made anew when somebody watches and the ledger has changed. */
class Picture {
  isOld = false
  readonly #cloud: ConsoleOptions['cloud']
  #made: { readonly scene: Scene; readonly places: Places } | undefined
  #seen: Scene | undefined
  #told = ''

  constructor(cloud: ConsoleOptions['cloud']) {
    this.#cloud = cloud
  }

  get scene(): Scene {
    return this.#current.scene
  }

  get places(): Places {
    return this.#current.places
  }

  takeChanged(): Scene | undefined {
    const { scene } = this
    if (scene === this.#seen) return undefined
    this.#seen = scene
    // A policy's change does not change the picture, so what is lit in it stays lit.
    const told = JSON.stringify({ ...scene, version: 0 })
    if (told === this.#told) return undefined
    this.#told = told
    return scene
  }

  get #current() {
    if (this.#made && !this.isOld) return this.#made
    this.isOld = false
    const scene = sceneOf(this.#cloud)
    this.#made = { scene, places: new Places(scene, this.#cloud.ledger) }
    return this.#made
  }
}

class Switches {
  readonly #ask: ConsoleOptions['faults']
  #told = ''

  constructor(ask: ConsoleOptions['faults']) {
    this.#ask = ask
  }

  rows(): readonly FaultRow[] {
    return this.#ask({ verb: 'list' })
  }

  /** Other shells switch faults as well, and each switched fault counts the calls that it affects. */
  takeChanged(): readonly FaultRow[] | undefined {
    const rows = this.rows()
    const text = JSON.stringify(rows)
    if (text === this.#told) return undefined
    this.#told = text
    return rows
  }
}

/** Read only while somebody watches, because it makes calls of the cloud's own services. */
class Limited {
  now: readonly TenantLimitsView[] = []
  readonly #read: () => Promise<readonly TenantLimitsView[]>
  #askedAt = 0
  #changed = false

  constructor(read: () => Promise<readonly TenantLimitsView[]>) {
    this.#read = read
  }

  ask(now: number): void {
    if (now - this.#askedAt < LIMITS_MILLISECONDS) return
    this.#askedAt = now
    void this.#read().then((limits) => {
      if (JSON.stringify(limits) === JSON.stringify(this.now)) return
      this.now = limits
      this.#changed = true
    })
  }

  takeChanged(): readonly TenantLimitsView[] | undefined {
    if (!this.#changed) return undefined
    this.#changed = false
    return this.now
  }
}
