/** The tenant's execution role in the hub account: the role of its Lambda function. */
import { functionLogGroupName, functionName, roleArn, tenantRoleName } from '../naming.ts'
import { HUB_OWNER } from '../tenant.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'
import { ownCounters } from './usage.ts'

/** A role per function is the control against a confused deputy: no other function can be given it (`PassRole` by name). */
export function executionRoleTrustPolicy(): PolicyDocument {
  return policy({
    Sid: 'Lambda',
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
}

export interface ExecutionRoleScope {
  /** The hub's account, which the function runs in. */
  readonly hubAccount: string
  readonly region: string
  readonly tenantId: string
  /** The one role that the function may assume, in the tenant's account. */
  readonly tenantRoleArn: string
  readonly tableArn: string
  /** Where the hub has one: the table of key sets. */
  readonly keySetsTableArn?: string | undefined
  /** Absent in a hub of an older version: the table of counters. */
  readonly usageTableArn?: string | undefined
  /** The hub's VPC. */
  readonly vpcId: string
}

/** May assume one role, read its own tenant's items and count what it uses, all from the hub's VPC only, and write its own logs. */
export function executionRolePolicy(scope: ExecutionRoleScope): PolicyDocument {
  const { hubAccount, region, tenantId } = scope
  return policy(
    ...ownTenantRole(scope.tenantRoleArn, tenantId),
    ...ownItemsAndLogs({ ...scope, account: hubAccount, tenant: tenantId }),
    networkInterfaces,
    notForTheCode({ account: hubAccount, region, tenant: tenantId }),
    fromHubOnly(scope.vpcId),
  )
}

/**
 * Bounds every execution role made through the onboarding role, whatever its policy says. It is one policy for all tenants:
 * the tenant is read from the role's own tag, which the onboarding role can only set to its session's tenant.
 */
export function permissionsBoundary(args: {
  readonly account: string
  readonly region: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  readonly vpcId: string
}): PolicyDocument {
  const tenant = `\${aws:PrincipalTag/tenant}`
  return policy(
    {
      Sid: 'OwnTenantRole',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: roleArn('*', tenantRoleName(tenant)),
    },
    ...ownItemsAndLogs({ ...args, tenant }),
    networkInterfaces,
    notForTheCode({ ...args, tenant }),
    fromHubOnly(args.vpcId),
  )
}

/**
 * STS and DynamoDB have public addresses; the function reaches both through the hub's endpoints. So credentials that leave the
 * hub's VPC are worth nothing. Lambda's own calls with the role (logs, network interfaces) come from its network, and are of
 * other services.
 */
export const fromHubOnly = (vpcId: string): PolicyStatement => ({
  Sid: 'FromHubOnly',
  Effect: 'Deny',
  Action: ['dynamodb:*', 'sts:*'],
  Resource: '*',
  // A request through no endpoint has no such key, and "not equal" is true of a key that is not there.
  Condition: { StringNotEquals: { 'aws:SourceVpc': vpcId } },
})

function ownItemsAndLogs(args: {
  readonly account: string
  readonly region: string
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  readonly tenant: string
}): readonly PolicyStatement[] {
  return [...ownItems(args), ownLogs(args)]
}

/** The tenant's items, and where the hub has such tables the key sets that it may use, and its own counters. */
export function ownItems(args: {
  readonly tableArn: string
  readonly keySetsTableArn?: string | undefined
  readonly usageTableArn?: string | undefined
  readonly tenant: string
}): readonly PolicyStatement[] {
  const { tableArn, keySetsTableArn, usageTableArn, tenant } = args
  return [
    queries('OwnItems', tableArn, [tenant]),
    ...(keySetsTableArn === undefined ? [] : [queries('OwnKeySets', keySetsTableArn, [tenant, HUB_OWNER])]),
    ...(usageTableArn === undefined ? [] : [ownCounters({ usageTableArn, tenant })]),
  ]
}

const queries = (Sid: string, Resource: string, keys: readonly string[]): PolicyStatement => ({
  Sid,
  Effect: 'Allow',
  Action: 'dynamodb:Query',
  Resource,
  Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys } },
})

export const ownLogs = (args: {
  readonly account: string
  readonly region: string
  readonly tenant: string
}): PolicyStatement => ({
  Sid: 'OwnLogs',
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: `arn:aws:logs:${args.region}:${args.account}:log-group:${functionLogGroupName(args.tenant)}:*`,
})

export const ownTenantRole = (tenantRoleArn: string, tenantId: string): readonly PolicyStatement[] => [
  { Sid: 'AssumeTenantRole', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: tenantRoleArn },
  {
    Sid: 'TagTenantSession',
    Effect: 'Allow',
    Action: 'sts:TagSession',
    Resource: tenantRoleArn,
    Condition: { StringEquals: { 'aws:RequestTag/tenant_id': tenantId } },
  },
]

/**
 * What Lambda needs to place a function in a VPC, and to take its interfaces away again. It looks for these in the role without
 * naming a resource, so on `network-interface/*` the check fails and the function is not made (terraform-provider-aws#20698).
 */
const networkInterfaces: PolicyStatement = {
  Sid: 'NetworkInterfaces',
  Effect: 'Allow',
  Action: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: '*',
}

/** Lambda acts as the execution role, so the function's own code could too. Only its calls carry the function's ARN. */
const notForTheCode = (args: {
  readonly account: string
  readonly region: string
  readonly tenant: string
}): PolicyStatement => ({
  Sid: 'NotForTheCode',
  Effect: 'Deny',
  Action: networkInterfaces.Action ?? [],
  Resource: '*',
  Condition: {
    ArnEquals: {
      'lambda:SourceFunctionArn': `arn:aws:lambda:${args.region}:${args.account}:function:${functionName(args.tenant)}`,
    },
  },
})
