/** The tenants' gateways as places in the network: a function's interfaces, or the addresses of tasks. */
import type { Origin } from '@genai/local-cloud/network/path'
import type { Platform } from '../../harness/platform.ts'
import { targetGroupsOf } from '../switches/target-groups.ts'
import type { TestbedTenant } from './tenant.ts'

export interface Gateways {
  /** The place from which the tenant's code makes calls. */
  gatewayOf(tenant: TestbedTenant): Origin
  /**
   * Address of one of the tenant's tasks that get its requests now.
   * @throws Error on Lambda
   */
  taskAddress(tenant: TestbedTenant): string
}

export function createGateways({ cloud, hub }: Platform): Gateways {
  return {
    gatewayOf({ compute, functionArn, functionName }) {
      if (compute === 'lambda') return { kind: 'function', functionName, account: hub.account }
      const task = cloud.ecs.tasks(functionArn).find(({ healthy }) => healthy)
      if (!task) throw new Error(`${functionName} has no task that is healthy.`)
      return task.origin
    },
    taskAddress({ id, functionName }) {
      const targets = targetGroupsOf(cloud.ledger.all(), id).flatMap((arn) => cloud.targets.of(arn))
      const found = targets.find(({ state }) => state === 'healthy')
      if (!found) throw new Error(`${functionName} has no target that is healthy.`)
      return found.address
    },
  }
}
