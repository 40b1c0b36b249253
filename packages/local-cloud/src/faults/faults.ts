/**
 * Injected faults in services, network and runtime. Rules select the calls that a fault hits. Faults are injected at the places that every call
 * passes (wire, path lookup, function runtime), so programs on the local cloud cannot distinguish them from real failures.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { LambdaFaults } from '../aws/lambda/lambda-faults.ts'
import { AwsError } from '../errors.ts'
import type { CredentialStore } from '../iam/credential-store.ts'
import type { Interface } from '../network/path.ts'
import type { WireResponse } from '../wire/service.ts'
import type { WireFaults } from '../wire/wire-faults.ts'
import { errorAnswer } from './answers.ts'
import { describeCall } from './call.ts'
import { type Outage, takesDown } from './outage.ts'
import { type Call, checkRule, type Fault, type FaultRule, fits, isStreamFault, OF_LAMBDA } from './rule.ts'
import { seeded } from './seeded.ts'
import { bentFrames, isStream } from './streams.ts'

export type { StreamException } from '../aws/bedrock/event-stream.ts'
export type { Outage } from './outage.ts'
export type { Fault, FaultRule, Where } from './rule.ts'

/** A fault that was added. */
export interface ActiveFault {
  /** How many calls it has hit. */
  readonly hits: number
  /** Removes the fault. What it has begun, such as a wait, goes on. */
  remove(): void
}

/** Adds and removes faults, for tests and people. */
export interface Faults {
  /** @throws Error for a rule that can never have an effect */
  add(rule: FaultRule): ActiveFault
  /** Makes addresses drop what is sent to them. Clients whose name has several addresses go on to the next one. */
  takeDown(outage: Outage): ActiveFault
  /** Runs `work` with these faults, and then removes them. */
  during<T>(faults: readonly FaultRule[], work: () => Promise<T>): Promise<T>
  /** Removes all faults. */
  clear(): void
}

export interface FaultInjection {
  readonly switches: Faults
  readonly wire: WireFaults
  readonly lambda: LambdaFaults
  /** For requests that reach a task. */
  readonly ecs: Pick<LambdaFaults, 'serving'>
  /** The local cloud's clock, as it is shown to a service whose clock is wrong. */
  now(): number
  /** The credential store; its sessions may be shorter than requested. */
  credentials(store: CredentialStore): CredentialStore
  readonly isDown: (at: Interface) => boolean
}

/** How faults change a service's work while it serves a call. */
interface Bent {
  readonly skewSeconds: number
  readonly sessionSeconds: number
}

const STRAIGHT: Bent = { skewSeconds: 0, sessionSeconds: Number.POSITIVE_INFINITY }

interface Rule extends FaultRule {
  hits: number
  readonly random: () => number
}

/** Faults that hit an invocation before it reaches a process. */
const BEFORE_PROCESS: ReadonlySet<Fault['kind']> = new Set([...OF_LAMBDA].filter((kind) => kind !== 'kill'))

/**
 * @param now seconds since 1970
 * @param seed of the random decisions of rules with a probability. Each rule has its own sequence, so its n-th call has the same result in every
 * run, whatever other calls come between.
 * @default another seed in each run
 */
export function createFaults({
  now,
  seed,
  hit,
}: {
  readonly now: () => number
  readonly seed?: number
  /** Called for each call that a fault hits. */
  readonly hit?: (call: Call, fault: Fault) => void
}): FaultInjection {
  const rules = new Set<Rule>()
  const outages = new Set<Outage & { hits: number }>()
  const bent = new AsyncLocalStorage<Bent>()
  let version = 0
  let dealt = 0
  let issued: Pick<CredentialStore, 'find'> = { find: () => undefined }

  /**
   * The faults that hit this call, in the order in which they were added. They are yielded one at a time: if one ends the call, the later ones
   * have not hit it.
   */
  function* hitting(call: Call, wanted: (fault: Fault) => boolean = () => true): Generator<Fault> {
    for (const rule of rules) {
      if (!wanted(rule.fault) || !fits(rule.where, call) || rule.hits >= (rule.times ?? Number.POSITIVE_INFINITY))
        continue
      if (rule.probability !== undefined && rule.random() >= rule.probability) continue
      rule.hits++
      hit?.(call, rule.fault)
      yield rule.fault
    }
  }

  function add(rule: FaultRule): ActiveFault {
    checkRule(rule)
    const added: Rule = { ...rule, hits: 0, random: seed === undefined ? Math.random : seeded(seed, dealt++) }
    rules.add(added)
    return {
      get hits() {
        return added.hits
      },
      remove: () => void rules.delete(added),
    }
  }

  function takeDown(outage: Outage): ActiveFault {
    const added = { ...outage, hits: 0 }
    outages.add(added)
    version++
    return {
      get hits() {
        return added.hits
      },
      remove() {
        if (outages.delete(added)) version++
      },
    }
  }

  async function serve(call: Call, signal: AbortSignal | undefined, handle: () => Promise<WireResponse>) {
    let bend = STRAIGHT
    let halfway = false
    for (const fault of hitting(call, (one) => !isStreamFault(one))) {
      const error = errorAnswer(call, fault)
      if (error) return error
      switch (fault.kind) {
        case 'latency':
          if (await goneAwayWithin(fault.milliseconds, signal)) return undelivered(call, 'silence')
          break
        case 'clockSkew':
          bend = { ...bend, skewSeconds: fault.seconds }
          break
        case 'shortSession':
          bend = { ...bend, sessionSeconds: fault.seconds }
          break
        case 'halfAnswer':
          halfway = true
          break
        case 'reset':
        case 'silence':
          return undelivered(call, fault.kind)
      }
    }
    const response = await bent.run(bend, handle)
    if (halfway) return { ...response, delivery: 'half' as const }
    if (!isStream(response.body)) return response
    const inside = [...hitting(call, isStreamFault)].filter(isStreamFault)
    return inside.length === 0 ? response : { ...response, body: bentFrames(response.body, inside, signal) }
  }

  function killing(call: Call, pid: number | undefined): () => void {
    const [fault] = hitting(call, ({ kind }) => kind === 'kill')
    if (fault?.kind !== 'kill' || pid === undefined) return () => {}
    const timer = setTimeout(() => kill(pid), fault.afterMilliseconds)
    return () => clearTimeout(timer)
  }

  return {
    switches: {
      add,
      takeDown,
      async during(faults, work) {
        const on = faults.map(add)
        try {
          return await work()
        } finally {
          for (const fault of on) fault.remove()
        }
      },
      clear() {
        rules.clear()
        outages.clear()
        version++
      },
    },
    wire: {
      get version() {
        return version
      },
      // If there is no fault, nothing is checked, so that calls cost nothing more.
      serve: ({ service, from, call }, handle) =>
        rules.size === 0 ? handle() : serve(describeCall(service, from, call, issued), call.signal, handle),
    },
    lambda: {
      async before(about) {
        const call = { ...about, service: 'lambda', operation: 'Invoke' }
        for (const fault of hitting(call, ({ kind }) => BEFORE_PROCESS.has(kind))) {
          if (fault.kind === 'latency') await pause(fault.milliseconds, undefined, { ref: false })
          if (fault.kind === 'throttling') throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
          if (fault.kind === 'error')
            throw new AwsError(fault.code, fault.message ?? 'The service failed.', fault.status)
        }
      },
      serving: (about, pid) => killing({ ...about, service: 'lambda', operation: 'Invoke' }, pid),
    },
    ecs: { serving: (about, pid) => killing({ ...about, service: 'ecs', operation: 'Request' }, pid) },
    now: () => now() + (bent.getStore() ?? STRAIGHT).skewSeconds,
    credentials(store) {
      issued = store
      return {
        ...store,
        issue: (session, seconds, options) =>
          store.issue(session, Math.min(seconds, (bent.getStore() ?? STRAIGHT).sessionSeconds), options),
      }
    },
    isDown(at) {
      const down = [...outages].find((outage) => takesDown(outage, at))
      if (down) down.hits++
      return down !== undefined
    },
  }
}

const undelivered = ({ operation }: Call, delivery: 'reset' | 'silence'): WireResponse => ({
  status: 0,
  headers: {},
  body: '',
  delivery,
  served: { operation, errorCode: delivery },
})

/**
 * Waits.
 * @returns whether the caller left meanwhile
 */
async function goneAwayWithin(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await pause(milliseconds, undefined, { ref: false, ...(signal && { signal }) })
    return false
  } catch {
    // A wait fails only because it was aborted.
    return true
  }
}

/** Kills the process like the operating system when memory runs out: it cannot finish anything. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process ended by itself.
  }
}
