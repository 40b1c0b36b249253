/** Roles of the hub and of another tenant, assumed by people who deploy. */
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { ended } from '../outcome.ts'
import type { Assumption, Question } from '../testbed/aws-calls.ts'
import type { Testbed } from '../testbed/testbed.ts'

/** STS answers over the network, so these calls are made and not only evaluated. */
interface Assumed {
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  readonly by: (testbed: Testbed) => Pick<Question, 'as' | 'tags'>
  readonly assumption: (testbed: Testbed) => Assumption
}

export const OWN_ADMINISTRATOR =
  'One layer: the caller’s own account lets its administrator ask for anything, so only the hub’s account refuses.'

/** As the tenant's own people, who may do everything in their account that the organisation allows. */
export const asTenantDeployer = ({ tenant1 }: Testbed) => ({ as: tenant1.administratorArn })
/** In a session for the first tenant. */
export const asOnboardingRole = ({ hub }: Testbed) => ({ as: hub.onboardingRoleArn, tags: { tenant_id: 'tenant1' } })

const assumptions: readonly Assumed[] = [
  {
    name: 'tenant-becomes-onboarding-role',
    tried: "A tenant's own deployer assumes the hub's onboarding role",
    expected: ['trustPolicy'],
    remark: OWN_ADMINISTRATOR,
    by: asTenantDeployer,
    assumption: ({ hub }) => ({ roleArn: hub.onboardingRoleArn, tags: { tenant_id: 'tenant1' } }),
  },
  {
    name: 'tenant-becomes-execution-role',
    tried: "A tenant's own deployer assumes its execution role in the hub",
    expected: ['trustPolicy'],
    remark: OWN_ADMINISTRATOR,
    by: asTenantDeployer,
    assumption: ({ tenant1 }) => ({ roleArn: tenant1.executionRoleArn }),
  },
  {
    name: 'other-accounts-role',
    tried: "The onboarding role assumes the role in the second tenant's account, with its external id",
    expected: ['onboardingRole', 'trustPolicy'],
    by: asOnboardingRole,
    assumption: ({ tenant2 }) => ({ roleArn: tenant2.roleArn, externalId: tenant2.externalId }),
  },
]

export const assumed: readonly Attempt[] = assumptions.map(({ by, assumption, ...attempt }) => ({
  ...attempt,
  family: 'deployment',
  means: 'call',
  async make(testbed) {
    const { as, tags } = by(testbed)
    const { roleArn, ...rest } = assumption(testbed)
    const step = await testbed.assume(LAPTOP, testbed.steal(as, { ...(tags && { tags }) }), { roleArn, ...rest })
    return ended(step, `credentials of ${roleArn}`)
  },
}))
