/** What leads requests to a function: target group, rule; and the records of a tenant. */
import type { Situation } from '../resource-type.ts'
import { arn, known } from '../values.ts'
import { call, calls, changed, newTags, ownTags, type Permissions, resourceTags, retag } from './permission.ts'

const TAGGING = { add: 'elasticloadbalancing:AddTags', remove: 'elasticloadbalancing:RemoveTags' } as const
const elb = (action: string, resource?: string, context = {}) =>
  call(`elasticloadbalancing:${action}`, resource, context)
const describe = (...names: readonly string[]) => calls(...names.map((name) => `elasticloadbalancing:Describe${name}`))

const targetGroup: Permissions = (operation, situation, { outputs }) => {
  const groupArn = known(outputs, 'arn')
  const read = describe('TargetGroups', 'TargetGroupAttributes', 'Tags')
  switch (operation) {
    case 'create':
      return [
        elb('CreateTargetGroup', groupArn, newTags(situation)),
        elb('AddTags', groupArn, {
          ...newTags(situation),
          'elasticloadbalancing:CreateAction': 'CreateTargetGroup',
        }),
        elb('ModifyTargetGroupAttributes', groupArn, resourceTags(situation.inputs)),
        ...read,
      ]
    case 'read':
      return read
    case 'update':
      return [
        ...(changed(situation, 'healthCheck') ? [elb('ModifyTargetGroup', groupArn, ownTags(situation))] : []),
        ...(changed(situation, 'lambdaMultiValueHeadersEnabled')
          ? [elb('ModifyTargetGroupAttributes', groupArn, ownTags(situation))]
          : []),
        ...retag(situation, TAGGING, groupArn),
        ...read,
      ]
    case 'delete':
      return [elb('DeleteTargetGroup', groupArn, ownTags(situation))]
  }
}

const targetGroupAttachment: Permissions = (operation, situation) => {
  const groupArn = known(situation.inputs, 'targetGroupArn')
  const tags = resourceTags(situation.ledger.findBy('aws:lb/targetGroup:TargetGroup', 'arn', groupArn)?.outputs)
  if (operation === 'create') return [elb('RegisterTargets', groupArn, tags), ...describe('TargetHealth')]
  return operation === 'delete' ? [elb('DeregisterTargets', groupArn, tags)] : describe('TargetHealth')
}

const listenerRule: Permissions = (operation, situation, { outputs }) => {
  const ruleArn = known(outputs, 'arn')
  const read = describe('Rules', 'Tags')
  switch (operation) {
    case 'create':
      return [
        elb('CreateRule', known(situation.inputs, 'listenerArn'), newTags(situation)),
        elb('AddTags', ruleArn, { ...newTags(situation), 'elasticloadbalancing:CreateAction': 'CreateRule' }),
        ...read,
      ]
    case 'read':
      return read
    case 'update':
      return [
        ...(changed(situation, 'priority') ? [elb('SetRulePriorities', ruleArn, ownTags(situation))] : []),
        ...(changed(situation, 'actions', 'conditions') ? [elb('ModifyRule', ruleArn, ownTags(situation))] : []),
        ...retag(situation, TAGGING, ruleArn),
        ...read,
      ]
    case 'delete':
      return [elb('DeleteRule', ruleArn, ownTags(situation))]
  }
}

const ITEM_ACTIONS = { create: 'PutItem', read: 'GetItem', update: 'UpdateItem', delete: 'DeleteItem' } as const

const tableItem: Permissions = (operation, situation) => {
  const table = arn(situation, 'dynamodb', `table/${known(situation.inputs, 'tableName')}`)
  const leading = { 'dynamodb:LeadingKeys': [leadingKey(situation)] }
  const actions =
    operation === 'create' || operation === 'update' ? [ITEM_ACTIONS[operation], 'GetItem'] : [ITEM_ACTIONS[operation]]
  return actions.map((action) => call(`dynamodb:${action}`, table, leading))
}

/** The value of the hash key, which `dynamodb:LeadingKeys` is about. */
function leadingKey({ inputs }: Situation): string {
  const item = JSON.parse(known(inputs, 'item')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  return String(Object.values(item[known(inputs, 'hashKey')] ?? {})[0])
}

const GROUP_ACTIONS = { create: 'CreateGroup', read: 'GetGroup', update: 'UpdateGroup', delete: 'DeleteGroup' } as const

const userGroup: Permissions = (operation, situation) => {
  const poolId = known(situation.inputs, 'userPoolId')
  const pool = arn(situation, 'cognito-idp', `userpool/${poolId}`)
  const tags = resourceTags(situation.ledger.find('aws:cognito/userPool:UserPool', poolId)?.outputs)
  const own = call(`cognito-idp:${GROUP_ACTIONS[operation]}`, pool, tags)
  return operation === 'read' || operation === 'delete' ? [own] : [own, call('cognito-idp:GetGroup', pool, tags)]
}

const sharePrincipal: Permissions = (operation, situation) => {
  const { inputs } = situation
  const share = known(inputs, 'resourceShareArn')
  const principal = { 'ram:Principal': known(inputs, 'principal') }
  const read = calls('ram:GetResourceShareAssociations')
  if (operation === 'create') return [call('ram:AssociateResourceShare', share, principal), ...read]
  return operation === 'delete' ? [call('ram:DisassociateResourceShare', share, principal), ...read] : read
}

export const routingPermissions: Readonly<Record<string, Permissions>> = {
  'aws:lb/targetGroup:TargetGroup': targetGroup,
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': targetGroupAttachment,
  'aws:lb/listenerRule:ListenerRule': listenerRule,
  'aws:dynamodb/tableItem:TableItem': tableItem,
  'aws:cognito/userGroup:UserGroup': userGroup,
  'aws:ram/principalAssociation:PrincipalAssociation': sharePrincipal,
}
