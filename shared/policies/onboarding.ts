/**
 * The hub's onboarding role: what a tenant's ingress needs in the hub account, and no more. The role is assumed with the
 * session tag `tenant_id`, and every permission is written against that tag.
 *
 * What IAM cannot bound, because AWS has no condition key for it: the path and the priority of a listener rule, the group's
 * name in a user pool, the attributes of a table item, the address of a security group rule, the service of a scalable target, what
 * is registered in a target group, which account may ask the endpoint service for a connection, and whose is accepted. The program's
 * checks do.
 */
import { type PolicyDocument, policy } from './document.ts'
import { alarms, executionRole, lambdaFunction, logGroup } from './onboarding-function.ts'
import { attachment, centralGroup, describe, gatewayEndpoint, securityGroup, share } from './onboarding-network.ts'
import { keySets, listenerRule, targetGroup, tenantRecords } from './onboarding-routing.ts'
import type { OnboardingScope } from './onboarding-scope.ts'
import {
  lookAtImage,
  scaling,
  service,
  type TasksScope,
  taskDefinition,
  taskRoles,
  tasksTargetGroup,
} from './onboarding-tasks.ts'

/**
 * Trusts only the platform team's deployers, and only with a session tag that names one tenant. STS checks `sts:TagSession` besides
 * `sts:AssumeRole`, so both statements require the tag.
 */
export function onboardingTrustPolicy(args: { readonly deployers: readonly string[] }): PolicyDocument {
  return policy(
    {
      Sid: 'Deployers',
      Effect: 'Allow',
      Principal: { AWS: args.deployers },
      Action: 'sts:AssumeRole',
      Condition: { StringLike: { 'aws:RequestTag/tenant_id': '?*' } },
    },
    {
      Sid: 'DeployersNameOneTenant',
      Effect: 'Allow',
      Principal: { AWS: args.deployers },
      Action: 'sts:TagSession',
      Condition: {
        StringLike: { 'aws:RequestTag/tenant_id': '?*' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant_id'] },
      },
    },
  )
}

/**
 * The onboarding role's managed policies; together they are longer than one policy may be. Each group below is for one resource of the ingress,
 * with every call that the AWS provider makes for it: create, read, update, delete and tags.
 */
export function onboardingPolicies(
  scope: OnboardingScope,
): Readonly<Record<'network' | 'function' | 'routing', PolicyDocument>> {
  return {
    network: policy(
      ...describe(),
      ...attachment(scope),
      ...(scope.sharing === 'accounts' ? share(scope) : []),
      ...securityGroup(scope),
      ...centralGroup(scope),
      ...gatewayEndpoint(scope),
    ),
    function: policy(...executionRole(scope), ...logGroup(scope), ...alarms(scope), ...lambdaFunction(scope)),
    routing: policy(...targetGroup(scope), ...listenerRule(scope), ...tenantRecords(scope), ...keySets(scope)),
  }
}

/** Two further policies, for a hub whose tenants may run on Fargate. */
export const onboardingTasksPolicies = (
  scope: OnboardingScope,
  tasks: TasksScope,
): Readonly<Record<'tasks' | 'service', PolicyDocument>> => ({
  tasks: policy(...taskRoles(scope, tasks), ...taskDefinition(scope), ...lookAtImage(tasks)),
  service: policy(...service(scope, tasks), ...scaling(scope), ...tasksTargetGroup(scope)),
})
