/** Sends many requests of many tenants at the same time, with faults on, and checks whether each was answered once, by the right tenant. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Fault } from '@genai/local-cloud/faults/faults'
import { functionName } from '../../shared/naming.ts'
import { judge, type Memory, type Sample, sample } from './memory.ts'
import { type Received, type SoakCloud, startSoakCloud, type TroubledTenant } from './soak-cloud.ts'
import { Accounts } from './tallies.ts'
import { type SoakTenant, tenantsOf } from './tenants.ts'

export interface SoakOptions {
  readonly requests: number
  readonly tenants: number
  /** Number of requests at the same time, the same for each tenant. */
  readonly concurrency: number
  readonly seed: number
  /** Ends the run early. */
  readonly signal?: AbortSignal
  readonly progress?: (done: number) => void
}

export interface TenantResult {
  readonly tenant: string
  readonly trouble: string
  readonly requests: number
  /** Counts by `ok`, a code of the gateway, or `load balancer`. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly milliseconds: { readonly p50: number; readonly p99: number; readonly most: number }
}

export interface SoakResult {
  readonly requests: number
  readonly seed: number
  readonly seconds: number
  readonly tenants: readonly TenantResult[]
  /** Calls that a fault affected, by the fault's kind. */
  readonly faults: Readonly<Partial<Record<Fault['kind'], number>>>
  /**
   * Number of requests that the client, the load balancer, the functions' logs and the audit trail counted, and number of requests whose process
   * was killed.
   */
  readonly counted: {
    readonly client: number
    readonly balancer: number
    readonly lines: number
    readonly records: number
    readonly lost: number
    readonly unaccounted: number
  }
  readonly wrongTenant: number
  readonly memory: Memory
  /** Violations as texts; none if everything is as it should be. */
  readonly violations: readonly string[]
}

/** Few, because a garbage collection stops everything for a tenth of a second. */
const SAMPLES = 24

/** @throws the signal's reason if it is aborted: then nothing is judged, and everything is closed */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { requests, concurrency, seed, signal } = options
  const accounts = new Accounts()
  const tenants = tenantsOf(options.tenants)
  const soakCloud = await startSoakCloud({ tenants, concurrency, seed, signal, observe: accounts.observe })
  try {
    const { cloud, troubled } = soakCloud
    // Processes are started before faults are switched on.
    for (const troubledTenant of troubled) await one(soakCloud, troubledTenant, accounts, 'warm')
    const faults = troubled.flatMap(({ trouble }) =>
      trouble.rules.map((rule) => ({ kind: rule.fault.kind, active: cloud.faults.add(rule) })),
    )
    // A running function has credentials for an hour and would not call STS during the run, so it is started again.
    for (const { tenant, trouble } of troubled)
      if (trouble.rules.some(({ fault }) => fault.kind === 'shortSession'))
        await cloud.lambda.stop(functionName(tenant.id))
    const started = performance.now()
    const { samples, wrongTenant } = await load(soakCloud, accounts, options)
    const seconds = (performance.now() - started) / 1000
    cloud.faults.clear()
    signal?.throwIfAborted()
    await arrived(accounts, cloud)
    const unaccounted = accounts.close()
    const memory = judge(samples)
    return conclude({
      accounts,
      troubled,
      requests,
      seed,
      seconds,
      unaccounted,
      wrongTenant,
      memory,
      faults: sumOf(faults),
    })
  } finally {
    await soakCloud.close()
  }
}

const ARRIVAL_LIMIT_MS = 20_000

/** A function's output comes through a separate channel, and then needs some time to reach the audit trail. */
async function arrived(accounts: Accounts, { monitoring }: LocalCloud): Promise<void> {
  const limit = performance.now() + ARRIVAL_LIMIT_MS
  do {
    await new Promise((resolve) => setTimeout(resolve, 200))
    await monitoring.settled()
  } while (accounts.isWaiting && performance.now() < limit)
}

function sumOf(faults: readonly { readonly kind: Fault['kind']; readonly active: { readonly hits: number } }[]) {
  const sums: Partial<Record<Fault['kind'], number>> = {}
  for (const { kind, active } of faults) sums[kind] = (sums[kind] ?? 0) + active.hits
  return sums
}

/**
 * Sends the same number of requests for each tenant, so that with the same seed each tenant gets the same faults, however fast the others are.
 */
async function load(
  soakCloud: SoakCloud,
  accounts: Accounts,
  { requests, concurrency, seed, signal, progress }: SoakOptions,
): Promise<{ readonly samples: readonly Sample[]; readonly wrongTenant: number }> {
  const { troubled, cloud } = soakCloud
  const samples: Sample[] = []
  const every = Math.max(1, Math.floor(requests / SAMPLES))
  const left = troubled.map((_, index) => shareOf(requests, troubled.length, index) - 1)
  let done = troubled.length
  let wrongTenant = 0
  const work = async (index: number) => {
    const troubledTenant = troubled[index] as TroubledTenant
    while ((left[index] ?? 0) > 0 && !signal?.aborted) {
      const number = left[index] ?? 0
      left[index] = number - 1
      if (!(await one(soakCloud, troubledTenant, accounts, `${seed}-${number}`))) wrongTenant++
      done++
      if (done % every !== 0) continue
      const at = done
      samples.push(sample(at, await heapsOf(cloud)))
      progress?.(at)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => work(worker % troubled.length)))
  return { samples, wrongTenant }
}

const shareOf = (requests: number, troubled: number, index: number) =>
  Math.floor(requests / troubled) + (index < requests % troubled ? 1 : 0)

function conclude({
  accounts,
  troubled,
  ...rest
}: {
  readonly accounts: Accounts
  readonly troubled: readonly TroubledTenant[]
  readonly requests: number
  readonly seed: number
  readonly faults: SoakResult['faults']
  readonly seconds: number
  readonly unaccounted: number
  readonly wrongTenant: number
  readonly memory: Memory
}): SoakResult {
  const { requests, seed, faults, unaccounted, wrongTenant, memory } = rest
  const tenants = troubled.map(resultOf)
  const client = tenants.reduce((sum, tenant) => sum + tenant.requests, 0)
  const { balancer, lines, records, lost } = accounts
  if (client !== requests) accounts.violate(`${requests} requests were sent, and ${client} answered`)
  if (balancer !== requests) accounts.violate(`${requests} requests were sent; the load balancer answered ${balancer}`)
  if (records !== lines) accounts.violate(`the functions wrote ${lines} lines; the audit trail has ${records} records`)
  if (!memory.flat) accounts.violate('memory is not flat')
  return {
    requests,
    seed,
    seconds: Math.round(rest.seconds * 10) / 10,
    tenants,
    faults,
    wrongTenant,
    memory,
    counted: { client, balancer, lines, records, lost, unaccounted },
    violations: accounts.violations,
  }
}

const resultOf = ({ tenant, trouble, outcomes, histogram }: TroubledTenant): TenantResult => ({
  tenant: tenant.id,
  trouble: trouble.name,
  requests: histogram.count,
  outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => a.localeCompare(b))),
  milliseconds: {
    p50: histogram.percentile(50) / 1000,
    p99: histogram.percentile(99) / 1000,
    most: histogram.max / 1000,
  },
})

/**
 * Sends one request of a tenant.
 * @returns whether no other tenant answered it
 */
async function one(
  soakCloud: SoakCloud,
  troubledTenant: TroubledTenant,
  accounts: Accounts,
  mark: string,
): Promise<boolean> {
  const { tenant, trouble, outcomes, histogram } = troubledTenant
  const prompt = `soak ${tenant.id} ${mark}`
  const token = await troubledTenant.token()
  const started = performance.now()
  let received: Received
  try {
    received = await soakCloud.send(tenant.id, token, prompt)
  } catch (error) {
    accounts.violate(`${prompt}: no answer (${error instanceof Error ? error.message : String(error)})`)
    return true
  }
  histogram.record(Math.max(1, Math.round((performance.now() - started) * 1000)))
  const { status, requestId, errorCode, body } = received
  const code = status === 200 ? 'ok' : (errorCode ?? 'load balancer')
  outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
  if (requestId !== undefined) accounts.answered(requestId, tenant.id, status)
  if (code !== 'ok' && !trouble.codes.includes(code))
    accounts.violate(`${prompt}: ${status} ${code}, which its trouble does not explain`)
  if (status !== 200 || isTheirs(body, tenant, prompt)) return true
  accounts.violate(`${prompt}: answered with somebody else's answer`)
  return false
}

/** The stand-in model's answer says in which account it was asked, and what. */
function isTheirs(body: string, { id, account }: SoakTenant, prompt: string): boolean {
  const answer: unknown = JSON.parse(body)
  if (typeof answer !== 'object' || answer === null || !('tenant' in answer) || !('output' in answer)) return false
  const output = String(answer.output)
  return answer.tenant === id && output.includes(`account ${account}.`) && output.includes(`“${prompt}”`)
}

/** The heap of every function, including the audit trail's. */
async function heapsOf({ ledger, lambda }: LocalCloud): Promise<ReadonlyMap<number, number>> {
  const functions = ledger.all('aws:lambda/function:Function')
  const heaps = await Promise.all(functions.map(({ outputs }) => lambda.heaps(String(outputs.arn))))
  return new Map(heaps.flatMap((one) => [...one]))
}
