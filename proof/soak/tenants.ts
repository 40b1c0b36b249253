/** Makes an organisation with as many tenants as the soak needs, and their stacks, from the sample stack files. */

import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Organization } from '@genai/local-cloud/organization'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { organization as sample, tenantRoles } from '../../sample-organization.ts'

export interface SoakTenant {
  readonly id: string
  readonly account: string
}

/** Each tenant's spoke has a /24 block of 10.64.0.0/16, a part of the sample's supernet. */
export const MOST_TENANTS = 90

export const tenantsOf = (count: number): readonly SoakTenant[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `tenant${index + 1}`,
    account: String(500_000_000_001 + index),
  }))

export function organizationOf(tenants: readonly SoakTenant[]): Organization {
  const [hub, pattern] = sample.accounts
  if (!hub || !pattern) throw new Error('The sample organisation has no hub or no tenant any more.')
  return {
    ...sample,
    accounts: [
      { ...hub, concurrencyLimit: 5_000 },
      ...tenants.map(({ id, account }) => ({ ...pattern, id: account, name: id, roles: tenantRoles(account) })),
    ],
  }
}

/** The sample hub without the firewall's limit for one source address, because all requests of a soak come from one. */
export function hubStack(): Stack {
  const stack = readStack('hub')
  return withSettings(stack, { wafRateLimit: '2000000000', concurrencyLimit: '5000' })
}

export function spokeStack({ id, account }: SoakTenant, index: number): Stack {
  const stack = readStack('spoke-tenant1')
  const roleArn = `arn:aws:iam::${account}:role/genai-deployer`
  return {
    ...withSettings(stack, { tenantId: id, account, roleArn, cidrBlock: `10.64.${index}.0/24` }),
    stack: `spoke-${id}`,
  }
}
