/**
 * Attempts to delete one resource of every type that is deployed. The calls are those that the AWS provider makes for a deletion, so a type that
 * is added later is included.
 */

import { ALLOWED_PRINCIPAL } from '@genai/local-cloud/aws/ec2/private-link'
import { rowOf } from '@genai/local-cloud/aws/registry'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { permissionsOf } from '@genai/local-cloud/resource/permission'
import type { Permission } from '@genai/local-cloud/resource/resource-type'
import type { Attempt } from '../attempt.ts'
import { inOrder, type Layer } from '../layers.ts'
import { type Outcome, stopped, through } from '../outcome.ts'
import { ATTEMPTED } from '../switches/overlay.ts'
import type { Question } from '../testbed/aws-calls.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { OWN_ADMINISTRATOR } from './assumed.ts'

type Caller = Pick<Question, 'as' | 'tags'>

const READS = /:(Describe|Get|List|Search)/

/** One resource of each type, of the stacks that `concerns` selects. */
function oneOfEachKind({ platform, hub }: Testbed, concerns: (stack: string) => boolean): readonly Declared[] {
  const byType = new Map<string, Declared>()
  for (const resource of platform.cloud.ledger.all()) {
    const [, , stack = ''] = resource.urn.split(':')
    if (resource.account !== hub.account || stack === ATTEMPTED || !concerns(stack)) continue
    if (!byType.has(resource.type)) byType.set(resource.type, resource)
  }
  return [...byType.values()]
}

/** The calls that change something. A type that is only removed from the state (a validation) has none. */
function deletionOf({ platform: { cloud } }: Testbed, resource: Declared): readonly Permission[] {
  const situation = {
    ...resource,
    current: resource,
    ledger: cloud.ledger,
    organization: cloud.organization,
    name: resource.urn.split('::').at(-1) ?? '',
    stableToken: () => '',
  }
  const permissions = permissionsOf(rowOf(resource.type), 'delete', situation)
  return permissions.filter(({ action }) => !READS.test(action))
}

/** Through if one of them can be deleted; otherwise stopped by the layers that refuse every one of them. */
async function deleteEach(testbed: Testbed, resources: readonly Declared[], caller: Caller): Promise<Outcome> {
  let common: readonly Layer[] | undefined
  let kinds = 0
  for (const resource of resources) {
    const refused = await refusalOf(testbed, resource, caller)
    if (refused === undefined) continue
    if (refused.length === 0) return through(`${resource.type} ${resource.id} can be deleted`)
    common = common ? common.filter((layer) => refused.includes(layer)) : refused
    kinds += 1
  }
  if (kinds === 0) throw new Error('There is nothing to delete.')
  return stopped(common ?? [], `refused for each of ${kinds} kinds of resource`)
}

/** Layers that refuse a call of the deletion; none if every call is allowed; undefined if the deletion makes no call. */
async function refusalOf(testbed: Testbed, resource: Declared, caller: Caller): Promise<readonly Layer[] | undefined> {
  const calls = deletionOf(testbed, resource)
  if (calls.length === 0) return undefined
  const layers = new Set<Layer>()
  for (const { action, resource: arn, context = {} } of calls) {
    const outcome = await testbed.ask({
      ...caller,
      action,
      resource: arn,
      context,
      resourceAccount: resource.account,
    })
    if (outcome.kind === 'stopped') for (const layer of outcome.by) layers.add(layer)
  }
  return inOrder(layers)
}

const ingress = (tenantId: string) => (stack: string) => stack === `spoke-${tenantId}`
/** Users' groups have no ARN, and IAM has no condition key for their names: see `What IAM cannot refuse`. */
const GROUP = 'aws:cognito/userGroup:UserGroup'

const onboardingRole = ({ hub }: Testbed): Caller => ({ as: hub.onboardingRoleArn, tags: { tenant_id: 'tenant1' } })

type EveryAttempt = Omit<Attempt, 'family' | 'means'>

const attempts: readonly EveryAttempt[] = [
  {
    name: 'tenant-deletes-anything-in-hub',
    tried:
      "A tenant's own deployer, its account's administrator, deletes a resource of every kind in the hub's account",
    expected: ['otherAccount'],
    remark: OWN_ADMINISTRATOR,
    make: (testbed) =>
      deleteEach(
        testbed,
        oneOfEachKind(testbed, () => true),
        { as: testbed.tenant1.administratorArn },
      ),
  },
  {
    name: 'onboarding-deletes-anything-of-hub',
    tried: 'The onboarding role deletes a resource of every kind of the hub’s own stack',
    expected: ['onboardingRole'],
    remark:
      'One layer: within an account, AWS has the role’s policy. All but what a partner is allowed, which is under “What IAM cannot refuse”.',
    make: (testbed) =>
      deleteEach(
        testbed,
        oneOfEachKind(testbed, (stack) => stack === 'hub').filter(({ type }) => type !== ALLOWED_PRINCIPAL),
        onboardingRole(testbed),
      ),
  },
  {
    name: 'onboarding-deletes-anything-of-other-lane',
    tried: "The onboarding role, for the first tenant, deletes a resource of every kind of the second tenant's ingress",
    expected: ['onboardingRole'],
    remark: 'One layer, as before. All but the group of users, which is under “What IAM cannot refuse”.',
    make: (testbed) =>
      deleteEach(
        testbed,
        oneOfEachKind(testbed, ingress('tenant2')).filter(({ type }) => type !== GROUP),
        onboardingRole(testbed),
      ),
  },
]

export const everything: readonly Attempt[] = attempts.map((attempt) => ({
  ...attempt,
  family: 'deployment',
  means: 'question',
}))
