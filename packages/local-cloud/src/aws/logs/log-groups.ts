/** The contents of the declared log groups: streams and events, in memory, and on disk if the local cloud keeps its state. */
import { createHash, randomInt } from 'node:crypto'
import type { Change, Declared, LedgerView } from '../../ledger/ledger.ts'
import { number } from '../../resource/values.ts'
import { DAY_MILLISECONDS, MAX_EVENTS } from './constants.ts'
import { GroupFile } from './group-file.ts'
import type { NewEvent, StoredEvent } from './log-event.ts'
import { LOG_GROUP } from './resources/log-group.ts'

/** The name of a log group, from a request or from a function's configuration. */
export interface GroupName {
  readonly account: string
  readonly region: string
  readonly name: string
}

/** Called with events after they were added to the group. */
export type Listener = (group: GroupName, stream: string, events: readonly StoredEvent[]) => void

export interface LogGroupsOptions {
  readonly ledger: LedgerView
  /** Seconds since 1970. */
  readonly now: () => number
  /** The directory of events. Without it they are lost when the process ends. */
  readonly directory?: string
  /**
   * How many events of each group are kept in memory.
   * @default 10,000
   */
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
  /** By the resource object that was deleted: if the ledger takes a deletion back, it announces the same object as created. */
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

  /** @returns false if the stream exists already */
  async addStream(group: GroupName, stream: string): Promise<boolean> {
    const { streams, file } = await this.#of(group)
    if (streams.has(stream)) return false
    streams.add(stream)
    await file?.append([{ stream }])
    return true
  }

  /** Resolves when the events are stored. The caller must ensure that group and stream exist. */
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

  /** The events within the group's retention, sorted by time. */
  async events(group: GroupName): Promise<readonly StoredEvent[]> {
    const oldest = this.oldest(group)
    const { events } = await this.#of(group)
    return events.filter(({ timestamp }) => timestamp >= oldest).toSorted((a, b) => a.timestamp - b.timestamp)
  }

  /** Milliseconds since 1970: the group keeps nothing from before this time. */
  oldest(group: GroupName): number {
    const days = number(this.find(group)?.outputs ?? {}, 'retentionInDays') ?? 0
    return days === 0 ? 0 : this.#options.now() * 1000 - days * DAY_MILLISECONDS
  }

  async follow({ kind, resource }: Change): Promise<void> {
    if (resource.type !== LOG_GROUP) return
    const group = nameOf(resource)
    if (kind === 'created') {
      const restored = this.#deleted.get(resource)
      // A file left on disk by an earlier cloud does not belong to this group.
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
    // A group's name may be longer than a file name can be.
    const name = createHash('sha256').update(keyOf(group)).digest('hex').slice(0, 32)
    return directory === undefined ? undefined : new GroupFile(directory, name)
  }
}

const keyOf = ({ account, region, name }: GroupName) => `${account} ${region} ${name}`

const nameOf = ({ account, region, outputs }: Declared): GroupName => ({ account, region, name: String(outputs.name) })

/** Ids of 56 digits, as on AWS, which sort like the events. */
function eventId(timestamp: number): string {
  const random = Array.from({ length: 5 }, () => String(randomInt(10 ** 8)).padStart(8, '0')).join('')
  return `${String(Math.max(timestamp, 0)).padStart(16, '0')}${random}`
}
