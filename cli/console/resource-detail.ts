/** A resource's declaration, its owner, and the policies that apply to it. */
import { isObject } from '@genai/local-cloud/ledger/is-object'
import type { Declared, Value } from '@genai/local-cloud/ledger/ledger'
import { list, type SceneSource, tenantOf } from './declared.ts'
import type { Policy, ResourceDetail } from './messages.ts'

/** @returns undefined for a resource that is not declared, or no longer declared */
export function resourceDetail(source: SceneSource, urn: string): ResourceDetail | undefined {
  const resource = source.ledger.byUrn(urn)
  if (!resource) return undefined
  const { type, id, account, region, inputs, options } = resource
  const [, , stack = ''] = urn.split('::', 1)[0]?.split(':') ?? []
  const tenant = tenantOf(resource)
  const component = options.parent?.split('::')
  const known = source.organization.accounts.find((one) => one.id === account)
  return {
    urn,
    type,
    id,
    account: known ? `${account} (${known.name})` : account,
    region,
    stack,
    owner: tenant === undefined ? `the stack ${stack}` : `${tenant}, by the stack ${stack}`,
    ...(component &&
      component.length > 2 && { component: `${component.at(-1)} (${component.at(-2)?.split('$').at(-1)})` }),
    inputs,
    policies: policiesOn(source, resource),
  }
}

function policiesOn(source: SceneSource, resource: Declared): readonly Policy[] {
  const { ledger, organization } = source
  const { outputs, account } = resource
  const arn = String(outputs.arn ?? resource.id)
  const policies: Policy[] = []
  const add = (layer: string, name: string, document: Value | undefined) => {
    if (document !== undefined && document !== null && document !== '')
      policies.push({ layer, name, document: parsed(document) })
  }
  if (resource.type === 'aws:ec2/vpcEndpoint:VpcEndpoint') {
    const attached = ledger.findBy('aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy', 'vpcEndpointId', resource.id)
    add('endpoint', resource.id, attached?.outputs.policy ?? outputs.policy ?? 'full access: it has none of its own')
  }
  for (const roleArn of rolesOf(source, resource)) {
    const role = ledger.findBy('aws:iam/role:Role', 'arn', roleArn)
    if (!role) continue
    const name = String(role.outputs.name)
    add('trust', name, role.outputs.assumeRolePolicy)
    for (const inline of ledger.where('aws:iam/rolePolicy:RolePolicy', 'role', name))
      add('identity', `${name}: ${inline.outputs.name}`, inline.outputs.policy)
    for (const { outputs: attachment } of ledger.where(
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      'role',
      name,
    ))
      add('identity', `${name}: ${attachment.policyArn}`, documentOf(source, attachment.policyArn))
    const boundary = role.outputs.permissionsBoundary
    add('permissions boundary', String(boundary), documentOf(source, boundary))
  }
  for (const { outputs: attached } of ledger.where('aws:dynamodb/resourcePolicy:ResourcePolicy', 'resourceArn', arn))
    add('resource', arn, attached.policy)
  for (const { outputs: attached } of ledger.where('aws:s3/bucketPolicy:BucketPolicy', 'bucket', resource.id))
    add('resource', resource.id, attached.policy)
  for (const permission of ledger.all('aws:lambda/permission:Permission'))
    if (permission.account === account && [resource.id, arn].includes(String(permission.outputs.function)))
      add('resource', String(permission.outputs.statementId ?? permission.id), permission.inputs)
  for (const group of groupsOf(resource)) add('security group', group, rulesOf(source, group))
  const known = organization.accounts.find(({ id }) => id === account)
  for (const [index, document] of (known?.serviceControlPolicies ?? []).entries())
    policies.push({ layer: 'service control', name: `of the account, ${index + 1}`, document })
  return policies
}

/** The role itself, or the roles that the resource uses. */
function rolesOf({ ledger }: SceneSource, { type, outputs }: Declared): readonly string[] {
  if (type === 'aws:iam/role:Role') return [String(outputs.arn)]
  if (type === 'aws:ecs/service:Service') {
    const task = ledger.findBy('aws:ecs/taskDefinition:TaskDefinition', 'arn', outputs.taskDefinition ?? '')
    return [task?.outputs.taskRoleArn, task?.outputs.executionRoleArn].filter((arn) => typeof arn === 'string')
  }
  return typeof outputs.role === 'string' ? [outputs.role] : []
}

function documentOf({ ledger }: SceneSource, arn: Value | undefined): Value | undefined {
  if (typeof arn !== 'string') return undefined
  return ledger.findBy('aws:iam/policy:Policy', 'arn', arn)?.outputs.policy ?? 'of AWS or of the organisation'
}

function groupsOf({ outputs }: Declared): readonly string[] {
  const [first] = list(outputs, 'elasticNetworkInterfaces')
  return isObject(first) ? list(first, 'securityGroupIds').map(String) : []
}

function rulesOf({ ledger }: SceneSource, group: string): Value {
  const rules = (type: string) => ledger.where(type, 'securityGroupId', group).map(({ inputs }) => inputs)
  return {
    in: rules('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'),
    out: rules('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'),
  }
}

function parsed(document: Value): unknown {
  if (typeof document !== 'string') return document
  try {
    return JSON.parse(document)
  } catch {
    return document
  }
}
