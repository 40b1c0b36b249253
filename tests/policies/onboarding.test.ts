import { describe, expect, it } from 'vitest'
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { onboardingPolicies, onboardingTrustPolicy } from '../../shared/policies/onboarding.ts'
import { caller, HUB, type Question, REGION } from './evaluation.ts'

const EC2 = `arn:aws:ec2:${REGION}:${HUB}`
const ELB = `arn:aws:elasticloadbalancing:${REGION}:${HUB}`
const LISTENER = `${ELB}:listener/app/genai-hub/0123456789abcdef/0123456789abcdef`
const RULE = `${ELB}:listener-rule/app/genai-hub/0123456789abcdef/0123456789abcdef/fedcba9876543210`
const OTHER_LISTENER = `${ELB}:listener/app/other/0123456789abcdef/0123456789abcdef`
const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`
const POOL = `arn:aws:cognito-idp:${REGION}:${HUB}:userpool/us-east-1_pool`
const SHARE = `arn:aws:ram:${REGION}:${HUB}:resource-share/12345678-1234-1234-1234-123456789012`
const BOUNDARY = `arn:aws:iam::${HUB}:policy/genai-gateway-boundary`
const GATEWAY = `${EC2}:transit-gateway/tgw-0123456789abcdef0`
const ATTACHMENT = `${EC2}:transit-gateway-attachment/tgw-attach-0123456789abcdef0`
const HUB_TABLE = `${EC2}:transit-gateway-route-table/tgw-rtb-0aaaaaaaaaaaaaaaa`
const SPOKES_TABLE = `${EC2}:transit-gateway-route-table/tgw-rtb-0bbbbbbbbbbbbbbbb`
const GROUP = `${EC2}:security-group/sg-0123456789abcdef0`
const GROUP_RULE = `${EC2}:security-group-rule/sgr-0123456789abcdef0`
const INTERFACE = `${EC2}:network-interface/eni-0123456789abcdef0`
const VPC = 'vpc-0123456789abcdef0'
const SUBNETS = ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb']

const USAGE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-usage`
const role = (tenant: string) => `arn:aws:iam::${HUB}:role/genai-gateway-${tenant}`
const fn = (tenant: string) => `arn:aws:lambda:${REGION}:${HUB}:function:genai-gateway-${tenant}`
const logs = (tenant: string) => `arn:aws:logs:${REGION}:${HUB}:log-group:/aws/lambda/genai-gateway-${tenant}`
const streams = (tenant: string) => `${logs(tenant)}:log-stream:`
const targetGroup = (tenant: string) => `${ELB}:targetgroup/genai-${tenant}/0123456789abcdef`

const SCOPE = {
  account: HUB,
  region: REGION,
  vpcId: VPC,
  privateSubnetIds: SUBNETS,
  transitGatewayArn: GATEWAY,
  hubRouteTableId: 'tgw-rtb-0aaaaaaaaaaaaaaaa',
  spokesRouteTableId: 'tgw-rtb-0bbbbbbbbbbbbbbbb',
  listenerArn: LISTENER,
  tableArn: TABLE,
  userPoolArn: POOL,
  permissionsBoundaryArn: BOUNDARY,
  resourceShareArn: SHARE,
  sharing: 'accounts',
} as const
const documents = onboardingPolicies(SCOPE)
const onboarding = (sessionTags: Readonly<Record<string, string>>) =>
  caller({ account: HUB, role: 'genai-onboarding', policies: Object.values(documents), sessionTags })
const ask = onboarding({ tenant_id: 'tenant1' })

/** What IAM fills in. */
const TENANT_TAG = `\${aws:PrincipalTag/tenant_id}`

/** Condition keys of a request that makes something with tags, and of one about something that has them. */
const made = (tenant: string, more: Question['context'] = {}) => ({
  'aws:RequestTag/tenant': tenant,
  'aws:RequestTag/project': 'genai-hub-spoke',
  'aws:TagKeys': ['tenant', 'project'],
  ...more,
})
const tagged = (tenant: string, more: Question['context'] = {}) => ({
  'aws:ResourceTag/tenant': tenant,
  'aws:ResourceTag/project': 'genai-hub-spoke',
  ...more,
})
const BOUNDED = { 'iam:PermissionsBoundary': BOUNDARY }
const IN_HUB = { 'lambda:VpcIds': VPC, 'lambda:SubnetIds': SUBNETS }

type Case = readonly [action: string, resource: string, context?: Question['context']]

/** What an ingress needs, resource by resource. */
const NEEDED: readonly Case[] = [
  ['ec2:DescribeTransitGatewayVpcAttachments', '*'],
  ['ec2:DescribeSecurityGroups', '*'],
  ['ec2:DescribeNetworkInterfaces', '*'],
  ['elasticloadbalancing:DescribeRules', '*'],
  ['ec2:AcceptTransitGatewayVpcAttachment', ATTACHMENT],
  ['ec2:CreateTags', ATTACHMENT, made('tenant1')],
  ['ec2:AssociateTransitGatewayRouteTable', ATTACHMENT, tagged('tenant1')],
  ['ec2:AssociateTransitGatewayRouteTable', SPOKES_TABLE],
  ['ec2:GetTransitGatewayRouteTableAssociations', '*'],
  ['ec2:EnableTransitGatewayRouteTablePropagation', ATTACHMENT, tagged('tenant1')],
  ['ec2:EnableTransitGatewayRouteTablePropagation', HUB_TABLE],
  ['ec2:GetTransitGatewayRouteTablePropagations', '*'],
  ['ec2:SearchTransitGatewayRoutes', HUB_TABLE],
  ['ec2:DisassociateTransitGatewayRouteTable', SPOKES_TABLE],
  ['ec2:DisableTransitGatewayRouteTablePropagation', HUB_TABLE],
  ['ec2:DeleteTransitGatewayVpcAttachment', ATTACHMENT, tagged('tenant1')],
  ['ec2:CreateTags', ATTACHMENT, { ...tagged('tenant1'), 'aws:RequestTag/stack': 'new', 'aws:TagKeys': ['stack'] }],
  ['ec2:DeleteTags', ATTACHMENT, tagged('tenant1', { 'aws:TagKeys': ['stack'] })],
  ['ram:AssociateResourceShare', SHARE, { 'ram:Principal': '222222222222' }],
  ['ram:GetResourceShareAssociations', '*'],
  ['iam:CreateRole', role('tenant1'), made('tenant1', BOUNDED)],
  ['iam:PutRolePolicy', role('tenant1'), BOUNDED],
  ['iam:DeleteRolePolicy', role('tenant1'), BOUNDED],
  ['iam:GetRole', role('tenant1')],
  ['iam:DeleteRole', role('tenant1')],
  ['iam:TagRole', role('tenant1'), made('tenant1')],
  ['iam:PassRole', role('tenant1'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['ec2:CreateSecurityGroup', `${EC2}:vpc/${VPC}`],
  ['ec2:CreateSecurityGroup', GROUP, made('tenant1')],
  ['ec2:CreateTags', GROUP, made('tenant1', { 'ec2:CreateAction': 'CreateSecurityGroup' })],
  ['ec2:RevokeSecurityGroupEgress', GROUP, tagged('tenant1')],
  ['ec2:AuthorizeSecurityGroupEgress', GROUP, tagged('tenant1')],
  ['ec2:AuthorizeSecurityGroupEgress', GROUP_RULE, made('tenant1')],
  ['ec2:CreateTags', GROUP_RULE, made('tenant1', { 'ec2:CreateAction': 'AuthorizeSecurityGroupEgress' })],
  ['ec2:DeleteSecurityGroup', GROUP, tagged('tenant1')],
  ['ec2:DeleteNetworkInterface', INTERFACE, { 'ec2:Subnet': `${EC2}:subnet/${SUBNETS[0]}` }],
  ['logs:CreateLogGroup', streams('tenant1')],
  ['logs:PutRetentionPolicy', streams('tenant1')],
  ['logs:TagResource', logs('tenant1'), made('tenant1')],
  ['logs:DeleteLogGroup', streams('tenant1')],
  ['lambda:CreateFunction', fn('tenant1'), made('tenant1', IN_HUB)],
  ['lambda:UpdateFunctionConfiguration', fn('tenant1')],
  ['lambda:UpdateFunctionConfiguration', fn('tenant1'), IN_HUB],
  ['lambda:UpdateFunctionCode', fn('tenant1')],
  ['lambda:PutFunctionConcurrency', fn('tenant1')],
  ['lambda:AddPermission', fn('tenant1'), { 'lambda:Principal': 'elasticloadbalancing.amazonaws.com' }],
  ['lambda:DeleteFunction', fn('tenant1')],
  ['elasticloadbalancing:CreateTargetGroup', targetGroup('tenant1'), made('tenant1')],
  ['elasticloadbalancing:RegisterTargets', targetGroup('tenant1')],
  ['elasticloadbalancing:ModifyTargetGroupAttributes', targetGroup('tenant1')],
  ['elasticloadbalancing:DeleteTargetGroup', targetGroup('tenant1')],
  ['elasticloadbalancing:CreateRule', LISTENER, made('tenant1')],
  ['elasticloadbalancing:ModifyRule', RULE, tagged('tenant1')],
  ['elasticloadbalancing:DeleteRule', RULE, tagged('tenant1')],
  ['dynamodb:PutItem', TABLE, { 'dynamodb:LeadingKeys': ['tenant1'] }],
  ['dynamodb:GetItem', TABLE, { 'dynamodb:LeadingKeys': ['tenant1'] }],
  ['dynamodb:UpdateItem', TABLE, { 'dynamodb:LeadingKeys': ['tenant1'] }],
  ['dynamodb:DeleteItem', TABLE, { 'dynamodb:LeadingKeys': ['tenant1'] }],
  ['cognito-idp:CreateGroup', POOL],
  ['cognito-idp:DeleteGroup', POOL],
]

/** What it must not do: another tenant's, the hub's own, or its own without the conditions. */
const REFUSED: readonly Case[] = [
  // It deploys what counts, and counts nothing itself.
  ['dynamodb:UpdateItem', USAGE, { 'dynamodb:LeadingKeys': ['tenant1#tenant'] }],
  ['dynamodb:DeleteItem', USAGE, { 'dynamodb:LeadingKeys': ['tenant1#tenant'] }],
  ['ec2:CreateTags', ATTACHMENT, { ...tagged('tenant2'), ...made('tenant1') }],
  ['ec2:CreateTags', ATTACHMENT, { 'aws:ResourceTag/project': 'genai-hub-spoke', ...made('tenant1') }],
  ['ec2:CreateTags', ATTACHMENT, made('tenant2')],
  ['ec2:DeleteTags', ATTACHMENT, tagged('tenant1', { 'aws:TagKeys': ['tenant'] })],
  ['ec2:AssociateTransitGatewayRouteTable', ATTACHMENT, tagged('tenant2')],
  ['ec2:AssociateTransitGatewayRouteTable', ATTACHMENT],
  ['ec2:AssociateTransitGatewayRouteTable', HUB_TABLE],
  ['ec2:EnableTransitGatewayRouteTablePropagation', SPOKES_TABLE],
  ['ec2:DeleteTransitGatewayVpcAttachment', ATTACHMENT, tagged('tenant2')],
  ['ec2:CreateTransitGatewayRoute', SPOKES_TABLE],
  ['ec2:SearchTransitGatewayRoutes', SPOKES_TABLE],
  ['ec2:CreateRoute', `${EC2}:route-table/rtb-0123456789abcdef0`],
  ['ram:AssociateResourceShare', SHARE, { 'ram:Principal': 'arn:aws:organizations::111111111111:organization/o-2' }],
  ['ram:AssociateResourceShare', SHARE, { 'ram:ResourceArn': `${EC2}:subnet/${SUBNETS[0]}` }],
  ['ram:DeleteResourceShare', SHARE],
  ['iam:CreateRole', role('tenant1'), made('tenant1')],
  ['iam:CreateRole', role('tenant1'), made('tenant2', BOUNDED)],
  ['iam:CreateRole', role('tenant2'), made('tenant1', BOUNDED)],
  ['iam:CreateRole', `arn:aws:iam::${HUB}:role/genai-onboarding`, made('tenant1', BOUNDED)],
  ['iam:PutRolePolicy', role('tenant1'), { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' }],
  ['iam:PutRolePolicy', role('tenant1')],
  ['iam:AttachRolePolicy', role('tenant1'), BOUNDED],
  ['iam:DeleteRolePermissionsBoundary', role('tenant1'), BOUNDED],
  ['iam:TagRole', role('tenant1'), made('tenant2')],
  ['iam:UntagRole', role('tenant1'), { 'aws:TagKeys': ['tenant'] }],
  ['iam:PassRole', role('tenant1'), { 'iam:PassedToService': 'ec2.amazonaws.com' }],
  ['iam:PassRole', role('tenant2'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['iam:CreatePolicyVersion', BOUNDARY],
  ['ec2:CreateSecurityGroup', `${EC2}:vpc/vpc-0fffffffffffffffff`],
  ['ec2:CreateSecurityGroup', GROUP, made('tenant2')],
  ['ec2:AuthorizeSecurityGroupEgress', GROUP, tagged('tenant2')],
  ['ec2:AuthorizeSecurityGroupIngress', GROUP, tagged('tenant1')],
  ['ec2:DeleteSecurityGroup', GROUP, { 'aws:ResourceTag/project': 'genai-hub-spoke' }],
  ['ec2:CreateTags', GROUP, { ...tagged('tenant2'), ...made('tenant1') }],
  ['ec2:DeleteNetworkInterface', INTERFACE, { 'ec2:Subnet': `${EC2}:subnet/subnet-0cccccccccccccccc` }],
  ['logs:DeleteLogGroup', streams('tenant2')],
  ['logs:GetLogEvents', `${logs('tenant1')}:log-stream:x`],
  ['lambda:CreateFunction', fn('tenant2'), made('tenant2', IN_HUB)],
  ['lambda:CreateFunction', fn('tenant1'), made('tenant1')],
  ['lambda:CreateFunction', fn('tenant1'), made('tenant1', { ...IN_HUB, 'lambda:VpcIds': 'vpc-0fffffffffffffffff' })],
  [
    'lambda:CreateFunction',
    fn('tenant1'),
    made('tenant1', { ...IN_HUB, 'lambda:SubnetIds': ['subnet-0cccccccccccccccc'] }),
  ],
  ['lambda:UpdateFunctionConfiguration', fn('tenant1'), { 'lambda:VpcIds': 'vpc-0fffffffffffffffff' }],
  ['lambda:UpdateFunctionCode', fn('tenant2')],
  ['lambda:InvokeFunction', fn('tenant1')],
  ['lambda:AddPermission', fn('tenant1'), { 'lambda:Principal': '333333333333' }],
  ['elasticloadbalancing:RegisterTargets', targetGroup('tenant2')],
  ['elasticloadbalancing:CreateRule', LISTENER, made('tenant2')],
  ['elasticloadbalancing:CreateRule', LISTENER],
  ['elasticloadbalancing:CreateRule', OTHER_LISTENER, made('tenant1')],
  ['elasticloadbalancing:ModifyRule', RULE, tagged('tenant2')],
  ['elasticloadbalancing:SetRulePriorities', RULE, tagged('tenant1')],
  ['elasticloadbalancing:ModifyListener', LISTENER],
  ['dynamodb:PutItem', TABLE, { 'dynamodb:LeadingKeys': ['tenant2'] }],
  ['dynamodb:Scan', TABLE],
  ['dynamodb:UpdateTable', TABLE],
  ['cognito-idp:AdminCreateUser', POOL],
  ['cognito-idp:AdminAddUserToGroup', POOL],
  ['cognito-idp:UpdateUserPool', POOL],
]

const questions = (cases: readonly Case[]) =>
  cases.map(([action, resource, context]) => ({ action, resource, ...(context && { context }) }))

describe('the onboarding role, in a session for tenant1', () => {
  it.each(questions(NEEDED))('may $action $resource', async (question) => {
    expect(await ask(question)).toEqual({ allowed: true })
  })

  it.each(questions(REFUSED))('may not $action $resource', async (question) => {
    expect(await ask(question)).toMatchObject({ allowed: false, layer: 'identity' })
  })

  // The evaluator's data knows these two actions for classic load balancers only.
  it('tags rules that it makes, or that are the tenant’s, and target groups by name', () => {
    const statements = Object.values(documents).flatMap(({ Statement }) => Statement)
    const tagging = statements.filter(({ Action }) => [Action].flat().some((action) => action?.endsWith(':AddTags')))
    expect(tagging.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
      [`${ELB}:targetgroup/genai-${TENANT_TAG}/*`, undefined],
      [
        RULE.replace(/[^/]+$/, '*'),
        {
          StringEquals: {
            'elasticloadbalancing:CreateAction': 'CreateRule',
            'aws:RequestTag/tenant': TENANT_TAG,
          },
        },
      ],
      [
        RULE.replace(/[^/]+$/, '*'),
        {
          StringEquals: { 'aws:ResourceTag/tenant': TENANT_TAG },
          StringEqualsIfExists: { 'aws:RequestTag/tenant': TENANT_TAG },
        },
      ],
    ])
  })

  it('may do nothing to an ingress without a session tag', async () => {
    const untagged = onboarding({})
    for (const question of questions(NEEDED)) {
      const open = question.resource === '*' || (/Group$/.test(question.action) && question.resource === POOL)
      const shared = [SPOKES_TABLE, HUB_TABLE, SHARE, `${EC2}:vpc/${VPC}`].includes(question.resource)
      const waiting = question.action === 'ec2:AcceptTransitGatewayVpcAttachment' || question.resource === INTERFACE
      if (open || shared || waiting) continue
      expect({ ...question, ...(await untagged(question)) }).toMatchObject({ ...question, allowed: false })
    }
  })

  it('fits managed policies in the region with the longest name, with three zones', () => {
    // The subnets' ids are known once they are there: too long, the policy would stop a deployment half-way.
    const three = onboardingPolicies({ ...SCOPE, privateSubnetIds: [...SUBNETS, 'subnet-0cccccccccccccccc'] })
    for (const document of Object.values(three)) {
      // Ten regions' worth of longer names: `ap-southeast-1` for `us-east-1`.
      expect(JSON.stringify(document).replaceAll(REGION, 'ap-southeast-1').length).toBeLessThan(POLICY_LIMITS.managed)
    }
  })
})

describe('who may assume it', () => {
  const trust = onboardingTrustPolicy({ deployers: [`arn:aws:iam::${HUB}:role/platform-deployer`] })
  const assume = (roleName: string, context: Question['context']) =>
    Promise.all(
      (['sts:AssumeRole', 'sts:TagSession'] as const).map((action) =>
        caller({
          account: HUB,
          role: roleName,
          policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] }],
        })({
          action,
          resource: `arn:aws:iam::${HUB}:role/genai-onboarding`,
          resourcePolicy: trust,
          context: context ?? {},
        }),
      ),
    )
  const TAG = { 'aws:RequestTag/tenant_id': 'tenant1', 'aws:TagKeys': ['tenant_id'] }

  it('the deployer, with one tenant named', async () => {
    expect(await assume('platform-deployer', TAG)).toEqual([{ allowed: true }, { allowed: true }])
  })

  it.each<[string, string, Question['context']]>([
    ['nobody else', 'somebody', TAG],
    ['not without a tenant', 'platform-deployer', {}],
    ['not with an empty tenant', 'platform-deployer', { ...TAG, 'aws:RequestTag/tenant_id': '' }],
    [
      'not with further tags',
      'platform-deployer',
      { ...TAG, 'aws:RequestTag/tenant': 'x', 'aws:TagKeys': ['tenant_id', 'tenant'] },
    ],
  ])('%s', async (_, roleName, context) => {
    const decisions = await assume(roleName, context)
    expect(decisions.some(({ allowed }) => !allowed)).toBe(true)
  })
})
