/** The tenant's execution role in the hub account, which is the role of its Lambda function. */
import { functionLogGroupName, functionName, roleArn, tenantRoleName } from '../naming.ts'
import { HUB_OWNER } from '../tenant.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'
import { ownCounters } from './usage.ts'

/**
 * Each function has a role of its own, which prevents a confused deputy: no other function can get it, because `PassRole` is allowed by name.
 */
export function executionRoleTrustPolicy(): PolicyDocument {
  return policy({
    Sid: 'Lambda',
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
}

export interface ExecutionRoleScope {
  /** The hub's account, in which the function runs. */
  readonly hubAccount: string
  readonly region: string
  readonly tenantId: string
  /** The only role that the function may assume, in the tenant's account. */
  readonly tenantRoleArn: string
  readonly tableArn: string
  /** The table of key sets, if the hub has one. */
  readonly keySetsTableArn?: string | undefined
  /** The table of counters; absent on a hub of an older version. */
  readonly usageTableArn?: string | undefined
  /** The hub's VPC. */
  readonly vpcId: string
}

/** It may assume one role, read its own tenant's items and count its use, all from the hub's VPC only, and write its own logs. */
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
 * The boundary of every execution role that is made through the onboarding role, whatever the role's policy says. One policy serves all tenants:
 * it reads the tenant from the role's own tag, which the onboarding role can set to its session's tenant only.
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
 * STS and DynamoDB have public addresses, but the function reaches both through the hub's endpoints. So this makes credentials useless outside
 * the hub's VPC. Lambda's own calls with the role (logs, network interfaces) come from Lambda's network, and are not calls of these services.
 */
export const fromHubOnly = (vpcId: string): PolicyStatement => ({
  Sid: 'FromHubOnly',
  Effect: 'Deny',
  Action: ['dynamodb:*', 'sts:*'],
  Resource: '*',
  // A request that comes through no endpoint lacks this key, and "not equal" is true for a missing key.
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

/** The tenant's items, and, if the hub has these tables, the key sets that it may use, and its own counters. */
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
 * What Lambda needs to place a function in a VPC and to delete its interfaces later. Lambda checks these permissions without a resource, so with
 * `network-interface/*` the check would fail and the function could not be made (terraform-provider-aws#20698).
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

/**
 * Lambda acts with the execution role, and so could the function's own code. Only the code's calls have the function's ARN in the condition key,
 * so these are denied.
 */
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
