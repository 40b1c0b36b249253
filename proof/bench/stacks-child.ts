/** Deploys a hub and a number of tenants by the in-process engine, in a separate process, so that no other memory is measured. */

import { startCloud } from '@genai/local-cloud/cloud'
import program from '../../index.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../soak/tenants.ts'
import { childOf, heap, timed } from './child-side.ts'

/** What one process measured while it deployed one tenant after the other. */
export interface Deployed {
  /** Number of resources of the hub and of all tenants. */
  readonly resources: number
  readonly hubMilliseconds: number
  /** Milliseconds for each tenant, in the order of deployment. */
  readonly milliseconds: readonly number[]
  /** Processor time for each tenant, if the operating system reports it; other programs' work is not part of it. */
  readonly cpuMilliseconds?: readonly number[]
  /** Bytes that the tenants added to the heap, after a garbage collection. */
  readonly heapBytes: number
}

/**
 * How often a tenant is deployed and destroyed before anything is measured. Without that, compiling and the modules that the first tenant loads
 * would make the cost with few tenants seem higher, and the growth seem smaller than it is.
 */
const WARM_UPS = 6

await childOf<'deploy', Deployed>(async ({ directory, count, progress }) => {
  const tenants = tenantsOf(count)
  const cloud = await startCloud({ directory, organization: organizationOf(tenants) })
  const hubMilliseconds = await timed(() => cloud.deploy(hubStack(), program))
  const deploy = async (index: number) => {
    const tenant = tenants[index]
    if (tenant) await cloud.deploy(spokeStack(tenant, index), program)
  }
  for (let round = 0; round < WARM_UPS; round += 1) {
    await deploy(0)
    await cloud.destroy(spokeStack(tenants[0] as (typeof tenants)[number], 0))
  }
  return {
    async answer() {
      const heapBefore = heap()
      const milliseconds: number[] = []
      const cpuMilliseconds: number[] = []
      for (const index of tenants.keys()) {
        const before = process.cpuUsage()
        milliseconds.push(await timed(() => deploy(index)))
        const { user, system } = process.cpuUsage(before)
        cpuMilliseconds.push((user + system) / 1000)
        progress(index + 1)
      }
      const heapBytes = heap() - heapBefore
      return { resources: cloud.ledger.all().length, hubMilliseconds, milliseconds, cpuMilliseconds, heapBytes }
    },
    close: () => cloud.close(),
  }
})
