/** A mistake in one place for every layer, as somebody could make it in the programs: what is declared, or what is deployed. */

import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import type { Layer } from '../../proof/prove/layers.ts'
import { gatewayWithout } from '../../proof/prove/switches/code-without.ts'
import { beside } from '../../proof/prove/switches/overlay.ts'
import type { Testbed } from '../../proof/prove/testbed/testbed.ts'
import { executionRoleName, PREFIX, tenantRoleName } from '../../shared/naming.ts'

export interface Sabotage {
  readonly layer: Layer
  readonly mistake: string
  /** The row that tells. */
  readonly id: string
  readonly verdict: 'weakened' | 'not stopped'
  /** What is declared instead, by the resource that it replaces, or for the first time. */
  readonly declare: (testbed: Testbed) => readonly Declared[] | Promise<readonly Declared[]>
}

const all = ({ platform }: Testbed, type: string) => platform.cloud.ledger.all(type)

/** Every resource of a type, or those that are meant, with other outputs. */
export const edited = (
  testbed: Testbed,
  type: string,
  outputs: (resource: Declared) => Properties,
  meant: (resource: Declared) => boolean = () => true,
): readonly Declared[] => {
  const found = all(testbed, type).filter(meant)
  if (found.length === 0) throw new Error(`There is no ${type} to break.`)
  return found.map((resource) => ({ ...resource, outputs: { ...resource.outputs, ...outputs(resource) } }))
}

export const named = (name: string) => (resource: Declared) => resource.outputs.name === name
/** What AWS gives an endpoint without a policy. */
export const ALLOW_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
})
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

/** The functions with another bundle, and so in a new process. */
export const code = async (testbed: Testbed, ...checks: Parameters<typeof gatewayWithout>[0]) => {
  const built = await gatewayWithout(checks)
  return edited(
    testbed,
    'aws:lambda/function:Function',
    () => ({ code: built }),
    ({ outputs }) => String(outputs.name).startsWith(executionRoleName('')),
  )
}

/** One that each layer has. */
export const SABOTAGES: readonly Sabotage[] = [
  {
    layer: 'userPool',
    mistake: 'anybody may sign up',
    id: 'users/sign-up',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(testbed, 'aws:cognito/userPool:UserPool', () => ({
        adminCreateUserConfig: { allowAdminCreateUserOnly: false },
      })),
  },
  {
    layer: 'userPoolClient',
    mistake: 'users may write their own tenant',
    id: 'users/own-claim-written',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(testbed, 'aws:cognito/userPoolClient:UserPoolClient', () => ({
        writeAttributes: ['name', 'custom:tenant_id'],
      })),
  },
  {
    layer: 'loadBalancerToken',
    mistake: 'a rule without jwt-validation',
    id: 'tokens/alg-none',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(testbed, 'aws:lb/listenerRule:ListenerRule', ({ outputs }) => ({
        actions: (outputs.actions as readonly Properties[]).filter(({ type }) => type !== 'jwt-validation'),
      })),
  },
  {
    layer: 'functionPolicy',
    mistake: 'a permission for any load balancer',
    id: 'network/other-load-balancer-to-function',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(testbed, 'aws:lambda/permission:Permission', () => ({ sourceArn: null, sourceAccount: null })),
  },
  {
    layer: 'functionRequest',
    mistake: 'what the path and the query hold is not checked',
    id: 'paths/query-tenant',
    verdict: 'weakened',
    declare: (testbed) => code(testbed, 'functionRequest'),
  },
  {
    layer: 'functionToken',
    mistake: 'any token is believed',
    id: 'tokens/alg-none',
    verdict: 'weakened',
    declare: (testbed) => code(testbed, 'functionToken'),
  },
  {
    layer: 'tenantMatch',
    mistake: 'any tenant’s token will do',
    id: 'tokens/other-tenant',
    verdict: 'weakened',
    declare: (testbed) => code(testbed, 'tenantMatch'),
  },
  {
    layer: 'tableItem',
    mistake: 'a suspension is not looked at',
    id: 'users/suspended-tenant',
    verdict: 'not stopped',
    declare: (testbed) => code(testbed, 'tableItem'),
  },
  {
    layer: 'executionRole',
    mistake: 'a role that reads every item',
    id: 'identity/function-reads-other-item',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/rolePolicy:RolePolicy',
        () => ({ policy: allowing('dynamodb:Query') }),
        ({ outputs }) => String(outputs.role) === executionRoleName('tenant1'),
      ),
  },
  {
    layer: 'tablePolicy',
    mistake: 'a table of counters that anybody may write who may write to tables',
    id: 'identity/onboarding-role-writes-counter',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:dynamodb/resourcePolicy:ResourcePolicy',
        () => ({ policy: ALLOW_ALL.replace('"Action":"*"', '"Action":"dynamodb:DescribeTable"') }),
        ({ outputs }) => String(outputs.resourceArn).endsWith('/genai-usage'),
      ),
  },
  {
    layer: 'permissionsBoundary',
    mistake: 'a role without its boundary',
    id: 'identity/function-reads-other-item',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(testbed, 'aws:iam/role:Role', () => ({ permissionsBoundary: null }), named(executionRoleName('tenant1'))),
  },
  {
    layer: 'trustPolicy',
    mistake: 'a trust policy without the external id',
    id: 'identity/own-role-without-external-id',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/role:Role',
        ({ outputs }) => ({
          assumeRolePolicy: String(outputs.assumeRolePolicy).replace(/,"sts:ExternalId":"[^"]*"/, ''),
        }),
        named(tenantRoleName('tenant2')),
      ),
  },
  {
    layer: 'trustPolicy',
    mistake: 'a trust policy that does not ask for the hub’s VPC',
    id: 'identity/stolen-execution-role-in-other-vpc',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/role:Role',
        ({ outputs }) => ({
          assumeRolePolicy: String(outputs.assumeRolePolicy).replaceAll(/"aws:SourceVpc":"[^"]*",/g, ''),
        }),
        named(tenantRoleName('tenant2')),
      ),
  },
  {
    layer: 'endpointPolicy',
    mistake: 'an endpoint with AWS’s default policy',
    id: 'identity/spoke-role-at-other-endpoint',
    verdict: 'weakened',
    declare: (testbed) => edited(testbed, 'aws:ec2/vpcEndpoint:VpcEndpoint', () => ({ policy: ALLOW_ALL })),
  },
  {
    layer: 'spokeRole',
    mistake: 'a tenant’s role that may call any model',
    id: 'identity/unlisted-model-direct',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/rolePolicy:RolePolicy',
        () => ({ policy: allowing('bedrock:*') }),
        ({ outputs }) => String(outputs.role) === tenantRoleName('tenant1'),
      ),
  },
  {
    layer: 'callerPolicy',
    mistake: 'the client instance may assume any role',
    id: 'identity/client-instance-becomes-role',
    verdict: 'weakened',
    declare: ({ hub }) => [
      beside(hub, 'aws:iam/rolePolicy:RolePolicy', 'sabotage', {
        role: `${PREFIX}-hub-client`,
        name: 'sabotage',
        policy: allowing('sts:*'),
      }),
    ],
  },
  {
    layer: 'onboardingRole',
    mistake: 'the onboarding role may do anything with load balancers',
    id: 'deployment/listener-default',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/policy:Policy',
        () => ({ policy: allowing('elasticloadbalancing:*') }),
        ({ outputs }) => String(outputs.name).includes('onboarding-routing'),
      ),
  },
  {
    layer: 'vpcRoutes',
    mistake: 'spokes with a route to the whole supernet',
    id: 'network/spoke-to-spoke',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:ec2/route:Route',
        () => ({ destinationCidrBlock: testbed.hub.spokesCidrBlock }),
        ({ account }) => account !== testbed.hub.account,
      ),
  },
  {
    layer: 'transitGateway',
    mistake: 'spokes propagate into the spokes’ table, without a blackhole',
    id: 'network/spoke-to-spoke',
    verdict: 'weakened',
    declare: (testbed) => [
      ...edited(
        testbed,
        'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation',
        () => ({ transitGatewayRouteTableId: testbed.hub.spokesRouteTableId }),
        ({ urn }) => urn.startsWith('urn:pulumi:spoke-'),
      ),
      ...edited(testbed, 'aws:ec2transitgateway/route:Route', () => ({ destinationCidrBlock: '192.0.2.0/24' })),
    ],
  },
  {
    layer: 'serviceConsumers',
    mistake: 'anybody may ask the endpoint service for a connection',
    id: 'network/unlisted-account-to-private-door',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple',
        () => ({}),
        ({ urn }) => urn.startsWith('urn:pulumi:spoke-'),
      ).map((principal) => ({ ...principal, inputs: { ...principal.inputs, principalArn: '*' } })),
  },
  {
    layer: 'serviceAcceptance',
    mistake: 'the endpoint service takes connections without an acceptance',
    id: 'network/partner-before-acceptance',
    verdict: 'not stopped',
    declare: (testbed) =>
      edited(testbed, 'aws:ec2/vpcEndpointService:VpcEndpointService', () => ({ acceptanceRequired: false })),
  },
  {
    layer: 'securityGroups',
    mistake: 'a function’s group lets it out to every spoke',
    id: 'network/function-to-other-endpoint',
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
    layer: 'permissionsBoundary',
    mistake: 'the role of a tenant in a shared account has no boundary',
    id: 'pooled/role-grants-neighbours-role',
    verdict: 'weakened',
    declare: (testbed) =>
      edited(
        testbed,
        'aws:iam/role:Role',
        () => ({ permissionsBoundary: '' }),
        named(tenantRoleName(testbed.pooled1.id)),
      ),
  },
]
