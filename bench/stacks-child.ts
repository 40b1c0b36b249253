/** A hub and so many tenants on door one, in a process of its own: nobody else's memory is measured. Argument: how many. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../cli/soak/tenants.ts'
import program from '../index.ts'
import { startCloud } from '../local/cloud.ts'

/** What one process measured, deploying one tenant after the other. */
export interface Deployed {
  /** Resources of the hub and of all tenants. */
  readonly resources: number
  readonly hubMilliseconds: number
  /** Of each tenant, in the order of their deployment. */
  readonly milliseconds: readonly number[]
  /** Processor time of all tenants: what the machine does besides is not in it. */
  readonly cpuMilliseconds: number
  /** What the tenants added to the heap, after a collection. */
  readonly heapBytes: number
}

const directory = mkdtempSync(join(tmpdir(), 'genai-bench-'))
try {
  const deployed = await deployTenants(Number(process.argv[2]))
  await new Promise((sent) => process.send?.(deployed, sent))
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function deployTenants(count: number): Promise<Deployed> {
  const tenants = tenantsOf(count)
  const cloud = await startCloud({ directory, organization: organizationOf(tenants) })
  const hubMilliseconds = await timed(() => cloud.deploy(hubStack(), program))
  const heapBefore = heap()
  const before = process.cpuUsage()
  const milliseconds: number[] = []
  for (const [index, tenant] of tenants.entries())
    milliseconds.push(await timed(() => cloud.deploy(spokeStack(tenant, index), program)))
  const { user, system } = process.cpuUsage(before)
  const heapBytes = heap() - heapBefore
  const resources = cloud.ledger.all().length
  await cloud.close()
  return { resources, hubMilliseconds, milliseconds, cpuMilliseconds: (user + system) / 1000, heapBytes }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function heap(): number {
  if (!globalThis.gc) throw new Error('Run with --expose-gc: what a collection would free is no cost')
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
