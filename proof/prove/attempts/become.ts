/** A caller that assumes a tenant's role, and what it does then. */
import type { Origin } from '@genai/local-cloud/network/path'
import { ended, type Outcome } from '../outcome.ts'
import type { Assumption } from '../testbed/aws-calls.ts'
import type { AwsCredentials } from '../testbed/sign.ts'
import type { TestbedTenant } from '../testbed/tenant.ts'
import type { Testbed } from '../testbed/testbed.ts'

/** With the session's tag and external id that the tenant's own gateway sends. */
export const asItsOwn = (tenant: TestbedTenant): Assumption => ({
  ...withoutExternalId(tenant),
  externalId: tenant.externalId,
})

export const withoutExternalId = ({ roleArn, id }: TestbedTenant): Assumption => ({ roleArn, tags: { tenant_id: id } })

/** Assumes a role, then asks its account's model, which is what an attacker wants. */
export async function becomeAndAsk(
  testbed: Testbed,
  from: Origin,
  credentials: AwsCredentials,
  assumption: Assumption,
  victim: TestbedTenant,
): Promise<Outcome> {
  const assumed = await testbed.assume(from, credentials, assumption)
  if (!assumed.ok) return assumed.outcome
  const answered = await testbed.converse(from, assumed.value, victim.endpoint, victim.modelId)
  return ended(answered, `the model of account ${victim.account} answered`)
}

/** A tenant's gateway, with its own execution role, assumes another tenant's role and asks that tenant's model. */
export const gatewayBecomes = (
  testbed: Testbed,
  thief: TestbedTenant,
  victim: TestbedTenant,
  assumption = asItsOwn(victim),
): Promise<Outcome> =>
  becomeAndAsk(testbed, testbed.gatewayOf(thief), testbed.steal(thief.executionRoleArn), assumption, victim)
