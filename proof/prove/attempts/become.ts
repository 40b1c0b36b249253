/** A caller that becomes a tenant's role, and what it does then. */
import type { Origin } from '@genai/local-cloud/network/path'
import { ended, type Outcome } from '../outcome.ts'
import type { Assumption } from '../site/aws-calls.ts'
import type { AwsCredentials } from '../site/sign.ts'
import type { Site } from '../site/site.ts'
import type { SiteTenant } from '../site/tenant.ts'

/** What the tenant's own gateway sends. */
export const asItsOwn = (tenant: SiteTenant): Assumption => ({
  ...withoutExternalId(tenant),
  externalId: tenant.externalId,
})

export const withoutExternalId = ({ roleArn, id }: SiteTenant): Assumption => ({ roleArn, tags: { tenant_id: id } })

/** Becomes a role, then asks its account's model: all that an attacker wants. */
export async function becomeAndAsk(
  site: Site,
  from: Origin,
  credentials: AwsCredentials,
  assumption: Assumption,
  victim: SiteTenant,
): Promise<Outcome> {
  const assumed = await site.assume(from, credentials, assumption)
  if (!assumed.ok) return assumed.outcome
  const answered = await site.converse(from, assumed.value, victim.endpoint, victim.modelId)
  return ended(answered, `the model of account ${victim.account} answered`)
}

/** A tenant's gateway, with its own execution role, becomes another tenant's role and asks that one's model. */
export const gatewayBecomes = (
  site: Site,
  thief: SiteTenant,
  victim: SiteTenant,
  assumption = asItsOwn(victim),
): Promise<Outcome> => becomeAndAsk(site, site.gatewayOf(thief), site.steal(thief.executionRoleArn), assumption, victim)
