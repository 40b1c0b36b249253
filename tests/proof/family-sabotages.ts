/** One more mistake for every family: smaller than a whole layer gone, in a single resource where it can be. */
import type { Properties } from '@genai/local-cloud/ledger/ledger'
import { onboardingRoleName, tenantRoleName } from '../../shared/naming.ts'
import { GROUPS_CLAIM, TENANT_CLAIM } from '../../shared/tenant.ts'
import { ALLOW_ALL, code, edited, named, type Sabotage } from './sabotages.ts'

const RULE = 'aws:lb/listenerRule:ListenerRule'
const list = (value: unknown) => value as readonly Properties[]

/** The rules' token check without some of its claims. */
const withoutClaims = (...names: string[]): Sabotage['declare'] => {
  const actions = (value: unknown) =>
    list(value).map((action) =>
      action.type === 'jwt-validation' ? { ...action, jwtValidation: without(action.jwtValidation, names) } : action,
    )
  return (testbed) => {
    const checks = (outputs: Properties) => names.every((name) => JSON.stringify(outputs.actions).includes(`"${name}"`))
    return edited(
      testbed,
      RULE,
      ({ outputs }) => ({ actions: actions(outputs.actions) }),
      ({ outputs }) => checks(outputs),
    )
  }
}

function without(validation: unknown, names: readonly string[]): Properties {
  const checks = validation as Properties
  const additionalClaims = list(checks.additionalClaims)
  const left = additionalClaims.filter((claim) => !names.includes(String(claim.name)))
  return { ...checks, additionalClaims: left }
}

export const FAMILY_SABOTAGES: readonly Sabotage[] = [
  {
    layer: 'loadBalancerToken',
    mistake: 'the rules do not ask for the client of the pool',
    id: 'tokens/wrong-audience',
    verdict: 'weakened',
    declare: withoutClaims('aud'),
  },
  {
    layer: 'loadBalancerToken',
    mistake: 'the rules do not ask for the role of a machine',
    id: 'machines/other-role-of-the-account',
    verdict: 'weakened',
    declare: withoutClaims('sub'),
  },
  {
    layer: 'userPool',
    mistake: 'the tenant of a user can be changed',
    id: 'users/own-claim-written',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(testbed, 'aws:cognito/userPool:UserPool', ({ outputs }) => ({
        schemas: list(outputs.schemas).map((schema) => ({ ...schema, mutable: true })),
      })),
  },
  {
    layer: 'loadBalancerToken',
    mistake: 'the rules do not ask for their own tenant',
    id: 'paths/other-tenant',
    verdict: 'weakened',
    declare: withoutClaims(TENANT_CLAIM, GROUPS_CLAIM),
  },
  {
    layer: 'tableItem',
    mistake: 'an item lists a model too many',
    id: 'bodies/duplicate-keys',
    verdict: 'weakened',
    declare: async (testbed) => [
      ...edited(
        testbed,
        'aws:dynamodb/tableItem:TableItem',
        ({ outputs }) => {
          const item = JSON.parse(String(outputs.item))
          return { item: JSON.stringify({ ...item, models: { M: { ...item.models.M, 'nova-pro': UNLISTED } } }) }
        },
        ({ outputs }) => JSON.parse(String(outputs.item)).models !== undefined,
      ),
      // A warm function uses the item that it has read for a while yet.
      ...(await code(testbed)),
    ],
  },
  {
    layer: 'securityGroups',
    mistake: 'a function’s group lets it out to every spoke',
    id: 'identity/stolen-execution-role-in-other-function',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
        () => ({ cidrIpv4: testbed.hub.spokesCidrBlock }),
        ({ outputs }) => String(outputs.description) === 'Model endpoint of the tenant itself',
      ),
  },
  {
    layer: 'securityGroups',
    mistake: 'an endpoint lets everybody in',
    id: 'network/public-subnet-to-endpoint',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
        () => ({ cidrIpv4: '0.0.0.0/0' }),
        ({ account }) => account === testbed.tenant2.account,
      ),
  },
  {
    layer: 'trustPolicy',
    mistake: 'the onboarding role trusts everybody',
    id: 'deployment/tenant-becomes-onboarding-role',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(testbed, 'aws:iam/role:Role', () => ({ assumeRolePolicy: OPEN }), named(onboardingRoleName)),
  },
  {
    layer: 'spokeRole',
    mistake: 'the role of a tenant at the shared endpoint takes any network',
    id: 'shared/credentials-at-own-endpoint',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/rolePolicy:RolePolicy',
        ({ outputs }) => ({
          policy: String(outputs.policy).replaceAll(`"aws:SourceVpc":"${testbed.hub.vpcId}"`, ANY_CALLER),
        }),
        ({ outputs }) => outputs.role === tenantRoleName(testbed.shared2.id),
      ),
  },
  {
    layer: 'endpointPolicy',
    mistake: 'the endpoint of a tenant in a shared account takes every role of the account',
    id: 'pooled/neighbours-credentials-at-own-endpoint',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:ec2/vpcEndpoint:VpcEndpoint',
        () => ({ policy: ALLOW_ALL }),
        ({ account }) => account === testbed.pooled1.account,
      ),
  },
]

/** Of the session in either case: a condition that asks for nothing. */
const ANY_CALLER = '"aws:PrincipalTag/tenant_id":"shared2"'

const UNLISTED = { S: 'us.amazon.nova-pro-v1:0' }
const OPEN = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
})
