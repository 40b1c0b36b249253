/** A function's execution role: what Lambda checks when a function is made or changed. */
import { AwsError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { arn, asObject, known, object, texts } from '../../resource/values.ts'
import { listed, parsePolicy } from '../iam/policy-document.ts'
import { ROLE } from '../iam/resources/role.ts'

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message)

/** A declared role of the same account that Lambda may assume. */
export function requireExecutionRole(situation: Situation): Declared {
  const roleArn = known(situation.inputs, 'role')
  if (roleArn.split(':')[4] !== situation.account)
    throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', 403)
  const role = situation.ledger.findBy(ROLE, 'arn', roleArn)
  const trusted = role && parsePolicy(known(role.outputs, 'assumeRolePolicy')).some(trustsLambda)
  if (!role || !trusted) throw invalid('The role defined for the function cannot be assumed by Lambda.')
  return role
}

const trustsLambda = ({ Effect, Principal, Action }: Properties) =>
  Effect === 'Allow' &&
  listed(asObject(Principal)?.Service).includes('lambda.amazonaws.com') &&
  listed(Action).some((action) => action === 'sts:AssumeRole' || action === 'sts:*' || action === '*')

/**
 * The permissions that Lambda checks when a function is put into a VPC. It checks them without a resource, so a role that is allowed them on
 * `network-interface/*` only is refused (terraform-provider-aws#20698). AWS's developer guide lists them as the permissions that a function in a
 * VPC needs.
 */
const NETWORK_CHECK = [
  'CreateNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'DeleteNetworkInterface',
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
] as const

/** Lambda checks the execution role, and then makes the network interfaces with it. */
export async function refusePermissions(situation: Situation, role: Declared): Promise<void> {
  const { authorize, region, account, inputs } = situation
  if (!authorize) return
  const network = object(inputs, 'vpcConfig') ?? {}
  const ec2 = (resource: string) => arn(situation, 'ec2', resource)
  const calls: readonly (readonly [string, string])[] = [
    ...NETWORK_CHECK.map((action) => [action, '*'] as const),
    ['CreateNetworkInterface', ec2('network-interface/*')],
    ...texts(network, 'subnetIds').map((id) => ['CreateNetworkInterface', ec2(`subnet/${id}`)] as const),
    ...texts(network, 'securityGroupIds').map((id) => ['CreateNetworkInterface', ec2(`security-group/${id}`)] as const),
  ]
  for (const [action, resource] of calls) {
    const session = serviceSession(role)
    const decision = await authorize({
      action: `ec2:${action}`,
      resource,
      resourceAccount: account,
      region,
      session,
      context: {},
    })
    if (!decision.allowed)
      throw invalid(`The provided execution role does not have permissions to call ${action} on EC2`)
  }
}

/** A session of the role, as Lambda itself has it. */
export function serviceSession(role: Declared): Session {
  const name = known(role.outputs, 'name')
  return {
    arn: `arn:aws:sts::${role.account}:assumed-role/${name}/awslambda`,
    account: role.account,
    roleArn: known(role.outputs, 'arn'),
    sessionName: 'awslambda',
    tags: {},
    sessionPolicies: [],
  }
}
