/** EventBridge's rules with a schedule: each runs its targets at its times, or at once when `run` is called. */
import type { LedgerView } from '../../ledger/ledger.ts'
import { known, text } from '../../resource/values.ts'
import type { Surroundings } from '../../wire/service.ts'
import { type Asynchronous, type AsynchronousOptions, createAsynchronous } from '../lambda/asynchronous.ts'
import { EVENT_RULE, secondsOf } from './resources/event-rule.ts'
import { EVENT_TARGET } from './resources/event-target.ts'

export const EVENTS_PRINCIPAL = 'events.amazonaws.com'

export interface Schedules {
  /**
   * Runs a rule's targets now, and resolves when they have run.
   * @param name
   * @default every enabled rule
   */
  run(name?: string): Promise<void>
  /** Waits for runs that are under way. */
  close(): Promise<void>
}

/** When the cloud stops, it waits at most this long for a run that is under way. */
const CLOSING_MILLISECONDS = 3_000

/** How often the schedules are checked. */
const TICK_MS = 1_000

export function createSchedules(
  { ledger, now }: Pick<Surroundings, 'ledger' | 'now'>,
  options: Omit<AsynchronousOptions, 'now'>,
): Schedules {
  const queue = createAsynchronous({ ...options, now })
  const due = new Map<string, number>()
  const running = new Set<Promise<void>>()
  let closed = false

  function track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => running.delete(tracked))
    running.add(tracked)
    return tracked
  }

  function tick(): void {
    const time = Date.now()
    for (const { urn, outputs } of ledger.all(EVENT_RULE)) {
      if (text(outputs, 'state') === 'DISABLED') continue
      const next = due.get(urn)
      if (next === undefined || time >= next)
        due.set(urn, time + secondsOf(known(outputs, 'scheduleExpression')) * 1000)
      // A new rule runs for the first time after its first interval.
      if (next !== undefined && time >= next) void track(runRule(ledger, queue, known(outputs, 'name')))
    }
  }
  const ticking = setInterval(tick, TICK_MS)
  ticking.unref()

  return {
    async run(name) {
      const rules = ledger.all(EVENT_RULE).filter(({ outputs }) => name === undefined || outputs.name === name)
      await Promise.all(rules.map(({ outputs }) => !closed && track(runRule(ledger, queue, known(outputs, 'name')))))
    },
    async close() {
      closed = true
      clearInterval(ticking)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSING_MILLISECONDS)
      })
      await Promise.race([Promise.all(running).then(() => queue.close()), late])
      clearTimeout(timer)
    },
  }
}

/** A target that cannot be invoked counts as a failed invocation of the rule, and is no error for anybody. */
async function runRule(ledger: LedgerView, queue: Asynchronous, name: string): Promise<void> {
  for (const rule of ledger.where(EVENT_RULE, 'name', name))
    for (const target of ledger.where(EVENT_TARGET, 'rule', name)) {
      if (target.account !== rule.account || target.region !== rule.region) continue
      const { account: sourceAccount } = rule
      await queue
        .invoke({
          functionArn: known(target.outputs, 'arn'),
          payload: text(target.outputs, 'input') ?? '{}',
          caller: {
            kind: 'service',
            principal: EVENTS_PRINCIPAL,
            sourceAccount,
            sourceArn: known(rule.outputs, 'arn'),
          },
        })
        .catch(() => {})
    }
}
