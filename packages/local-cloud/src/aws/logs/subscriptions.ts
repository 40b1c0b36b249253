/**
 * Delivers new log events to the functions that subscription filters name. As on AWS, events are collected by stream and delivered by
 * asynchronous invocations, at least once.
 */
import { gzipSync } from 'node:zlib'
import { known, text } from '../../resource/values.ts'
import type { Surroundings } from '../../wire/service.ts'
import { DELIVERED_AT_ONCE, DELIVERY_DELAY_MILLISECONDS, MAX_WAITING } from './constants.ts'
import { parseFilterPattern } from './filter-pattern.ts'
import type { StoredEvent } from './log-event.ts'
import type { GroupName, Listener } from './log-groups.ts'
import { LOGS_PRINCIPAL, logGroupSource, SUBSCRIPTION_FILTER } from './resources/log-subscription-filter.ts'

/** An invocation of a function by CloudWatch Logs. */
export interface Delivery {
  readonly functionArn: string
  /** JSON. */
  readonly payload: string
  readonly caller: {
    readonly kind: 'service'
    readonly principal: string
    readonly sourceArn: string
    readonly sourceAccount: string
  }
}

export interface SubscriptionsOptions {
  readonly surroundings: Pick<Surroundings, 'ledger'>
  /**
   * Puts an event into the function's queue.
   * @throws AwsError if the function does not accept it from this caller
   */
  readonly invoke: (delivery: Delivery) => Promise<void>
  /** Called with the number of lines that did not reach a function. */
  readonly failed: (group: GroupName, lines: number) => void
}

export interface Subscriptions {
  readonly listener: Listener
  /** Resolves when nothing waits for delivery. */
  settled(): Promise<void>
}

interface Waiting {
  readonly group: GroupName
  readonly filter: string
  readonly stream: string
  readonly events: StoredEvent[]
}

export function createSubscriptions({ surroundings, invoke, failed }: SubscriptionsOptions): Subscriptions {
  const { ledger } = surroundings
  const patterns = new Map<string, ReturnType<typeof parseFilterPattern>>()
  /** By function. Deliveries come one after the other, so that many lines need no more than one process. */
  const queues = new Map<string, { waiting: Map<string, Waiting>; lines: number; running: Promise<void> | undefined }>()

  const patternOf = (source: string) => {
    const parsed = patterns.get(source) ?? parseFilterPattern(source)
    patterns.set(source, parsed)
    return parsed
  }

  function enqueue(destination: string, waiting: Waiting): void {
    const queue = queues.get(destination) ?? { waiting: new Map<string, Waiting>(), lines: 0, running: undefined }
    queues.set(destination, queue)
    if (queue.lines + waiting.events.length > MAX_WAITING) {
      failed(waiting.group, waiting.events.length)
      return
    }
    const key = `${waiting.group.account} ${waiting.group.region} ${waiting.group.name} ${waiting.filter} ${waiting.stream}`
    const there = queue.waiting.get(key)
    if (there) there.events.push(...waiting.events)
    else queue.waiting.set(key, waiting)
    queue.lines += waiting.events.length
    queue.running ??= deliverAll(destination).finally(() => {
      queue.running = undefined
    })
  }

  async function deliverAll(destination: string): Promise<void> {
    const queue = queues.get(destination)
    while (queue && queue.waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, DELIVERY_DELAY_MILLISECONDS))
      for (const [key, waiting] of [...queue.waiting]) {
        queue.waiting.delete(key)
        queue.lines -= waiting.events.length
        for (let from = 0; from < waiting.events.length; from += DELIVERED_AT_ONCE)
          await deliver(destination, { ...waiting, events: waiting.events.slice(from, from + DELIVERED_AT_ONCE) })
      }
    }
  }

  async function deliver(functionArn: string, { group, filter, stream, events }: Waiting): Promise<void> {
    const message = {
      messageType: 'DATA_MESSAGE',
      owner: group.account,
      logGroup: group.name,
      logStream: stream,
      subscriptionFilters: [filter],
      logEvents: events.map(({ id, timestamp, message: line }) => ({ id, timestamp, message: line })),
    }
    const data = gzipSync(JSON.stringify(message)).toString('base64')
    const caller = {
      kind: 'service',
      principal: LOGS_PRINCIPAL,
      sourceArn: logGroupSource(group, group.name),
      sourceAccount: group.account,
    } as const
    await invoke({ functionArn, payload: JSON.stringify({ awslogs: { data } }), caller }).catch(() =>
      failed(group, events.length),
    )
  }

  return {
    listener(group, stream, events) {
      for (const { account, region, outputs } of ledger.where(SUBSCRIPTION_FILTER, 'logGroup', group.name)) {
        if (account !== group.account || region !== group.region) continue
        const matches = patternOf(text(outputs, 'filterPattern') ?? '')
        const matching = events.filter(({ message }) => matches(message))
        const filter = known(outputs, 'name')
        if (matching.length > 0) enqueue(known(outputs, 'destinationArn'), { group, filter, stream, events: matching })
      }
    },
    async settled() {
      while ([...queues.values()].some(({ running }) => running))
        await Promise.all([...queues.values()].map(({ running }) => running))
    },
  }
}
