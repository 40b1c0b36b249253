/** What is in the declared log groups: streams and events, in memory, and on disk for a cloud that outlives its process. */
import { createHash, randomInt } from 'node:crypto'
import type { Change, Declared, LedgerView } from '../../ledger/ledger.ts'
import { number } from '../../resource/values.ts'
import { DAY_MILLISECONDS, MAX_EVENTS } from './constants.ts'
import { GroupFile } from './group-file.ts'
import type { NewEvent, StoredEvent } from './log-event.ts'
import { LOG_GROUP } from './resources/log-group.ts'

/** A log group, by its name: what a request gives, or a function's configuration. */
export interface GroupName {
  readonly account: string
  readonly region: string
  readonly name: string
}

/** Told of events after they are in the group. */
export type Listener = (group: GroupName, stream: string, events: readonly StoredEvent[]) => void

export interface LogGroupsOptions {
  readonly ledger: LedgerView
  /** Seconds since 1970. */
  readonly now: () => number
  /** Where events are kept; without it they are forgotten with the process. */
  readonly directory?: string
  /** Events of each group that are kept in memory. @default 10,000 */
  readonly kept?: number
}

interface Contents {
  readonly streams: Set<string>
  readonly events: StoredEvent[]
  readonly file: GroupFile | undefined
}

export class LogGroups {
  readonly #options: LogGroupsOptions
  readonly #kept: number
  readonly #contents = new Map<string, Promise<Contents>>()
  readonly #listeners: Listener[] = []
  /** By the very resource that was deleted: a ledger that takes a deletion back announces the same one as created. */
  readonly #deleted = new WeakMap<Declared, Contents>()

  constructor(options: LogGroupsOptions) {
    this.#options = options
    this.#kept = options.kept ?? MAX_EVENTS
  }

  onAppend(listener: Listener): void {
    this.#listeners.push(listener)
  }

  find({ account, region, name }: GroupName): Declared | undefined {
    return this.#options.ledger
      .where(LOG_GROUP, 'name', name)
      .find((group) => group.account === account && group.region === region)
  }

  async hasStream(group: GroupName, stream: string): Promise<boolean> {
    return (await this.#of(group)).streams.has(stream)
  }

  /** @returns false when it is there already */
  async addStream(group: GroupName, stream: string): Promise<boolean> {
    const { streams, file } = await this.#of(group)
    if (streams.has(stream)) return false
    streams.add(stream)
    await file?.append([{ stream }])
    return true
  }

  /** Settles when they are kept. The caller sees to it that group and stream are there. */
  async append(group: GroupName, stream: string, added: readonly NewEvent[]): Promise<void> {
    const { events, file } = await this.#of(group)
    const ingestionTime = Math.round(this.#options.now() * 1000)
    const stored = added.map(
      (event): StoredEvent => ({ ...event, id: eventId(event.timestamp), stream, ingestionTime }),
    )
    events.push(...stored)
    if (events.length > this.#kept) events.splice(0, events.length - this.#kept)
    for (const listener of this.#listeners) listener(group, stream, stored)
    await file?.append(stored.map((event) => ({ event })))
  }

  /** Those within the group's retention, in the order of their time. */
  async events(group: GroupName): Promise<readonly StoredEvent[]> {
    const oldest = this.oldest(group)
    const { events } = await this.#of(group)
    return events.filter(({ timestamp }) => timestamp >= oldest).toSorted((a, b) => a.timestamp - b.timestamp)
  }

  /** The time before which the group keeps nothing: milliseconds since 1970. */
  oldest(group: GroupName): number {
    const days = number(this.find(group)?.outputs ?? {}, 'retentionInDays') ?? 0
    return days === 0 ? 0 : this.#options.now() * 1000 - days * DAY_MILLISECONDS
  }

  async follow({ kind, resource }: Change): Promise<void> {
    if (resource.type !== LOG_GROUP) return
    const group = nameOf(resource)
    if (kind === 'created') {
      const restored = this.#deleted.get(resource)
      // What a former cloud left in the directory is not this group's.
      const file = this.#file(group)
      const { streams, events } = restored ?? { streams: new Set<string>(), events: [] }
      const lines = [...[...streams].map((stream) => ({ stream })), ...events.map((event) => ({ event }))]
      await (lines.length > 0 ? file?.replace(lines) : file?.remove())
      this.#contents.set(keyOf(group), Promise.resolve({ streams, events, file }))
    }
    if (kind === 'deleted') {
      const contents = await this.#of(group)
      this.#contents.delete(keyOf(group))
      this.#deleted.set(resource, contents)
      await contents.file?.remove()
    }
  }

  async close(): Promise<void> {
    for (const opened of this.#contents.values()) await (await opened).file?.settled()
  }

  #of(group: GroupName): Promise<Contents> {
    const key = keyOf(group)
    const opened = this.#contents.get(key) ?? this.#open(group)
    this.#contents.set(key, opened)
    return opened
  }

  async #open(group: GroupName): Promise<Contents> {
    const file = this.#file(group)
    const lines = (await file?.read()) ?? []
    const oldest = this.oldest(group)
    const retained = lines.filter((line) => 'stream' in line || line.event.timestamp >= oldest)
    if (retained.length < lines.length) await file?.replace(retained)
    const events = retained.flatMap((line) => ('event' in line ? line.event : []))
    const streams = retained.flatMap((line) => ('stream' in line ? line.stream : line.event.stream))
    return { streams: new Set(streams), events: events.slice(-this.#kept), file }
  }

  #file(group: GroupName): GroupFile | undefined {
    const { directory } = this.#options
    // A group's name may be longer than a file's.
    const name = createHash('sha256').update(keyOf(group)).digest('hex').slice(0, 32)
    return directory === undefined ? undefined : new GroupFile(directory, name)
  }
}

const keyOf = ({ account, region, name }: GroupName) => `${account} ${region} ${name}`

const nameOf = ({ account, region, outputs }: Declared): GroupName => ({ account, region, name: String(outputs.name) })

/** 56 digits, as AWS writes them, that sort as the events do. */
function eventId(timestamp: number): string {
  const random = Array.from({ length: 5 }, () => String(randomInt(10 ** 8)).padStart(8, '0')).join('')
  return `${String(Math.max(timestamp, 0)).padStart(16, '0')}${random}`
}
