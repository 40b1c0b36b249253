/** The stacks of many tenants, and with other settings than a soak's. */

import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { withSettings } from '../../cli/pulumi/stack-files.ts'
import { spokeStack, tenantsOf } from '../../proof/soak/tenants.ts'

type Settings = Readonly<Record<string, string>>

/** @returns the tenants, and the stack of each by its number, from 1 */
export function tenantStacks(count: number) {
  const tenants = tenantsOf(count)
  const stackOf = (number: number, settings: Settings = {}): Stack => {
    const tenant = tenants[number - 1]
    if (!tenant) throw new Error(`There is no tenant ${number}.`)
    return withSettings(spokeStack(tenant, number - 1), settings)
  }
  return { tenants, stackOf }
}
