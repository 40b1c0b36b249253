/** The load balancer, its listeners and rules, and the target groups behind it. */
import type { Permission, Situation } from '../../resource/resource-type.ts'
import { arn, known, text, texts } from '../../resource/values.ts'
import {
  call,
  calls,
  changed,
  later,
  lifeCycle,
  newTags,
  ownTags,
  type Permissions,
  resourceTags,
  retag,
  serviceLinkedRole,
  when,
} from './permission.ts'

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
        ...later(
          ['lambdaMultiValueHeadersEnabled'],
          elb('ModifyTargetGroupAttributes', groupArn, resourceTags(situation.inputs)),
        ),
        ...later([], ...read),
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
        ...later([], ...read),
      ]
    case 'delete':
      return [elb('DeleteTargetGroup', groupArn, ownTags(situation))]
  }
}

const targetGroupAttachment: Permissions = (operation, situation) => {
  const groupArn = known(situation.inputs, 'targetGroupArn')
  const tags = resourceTags(situation.ledger.findBy('aws:lb/targetGroup:TargetGroup', 'arn', groupArn)?.outputs)
  if (operation === 'create') return [elb('RegisterTargets', groupArn, tags), ...later([], ...describe('TargetHealth'))]
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
        ...later([], ...read),
      ]
    case 'read':
      return read
    case 'update':
      return [
        ...(changed(situation, 'priority') ? [elb('SetRulePriorities', ruleArn, ownTags(situation))] : []),
        ...(changed(situation, 'actions', 'conditions') ? [elb('ModifyRule', ruleArn, ownTags(situation))] : []),
        ...retag(situation, TAGGING, ruleArn),
        ...later([], ...read),
      ]
    case 'delete':
      return [elb('DeleteRule', ruleArn, ownTags(situation))]
  }
}

/** Everything else of it is an attribute. */
const NO_ATTRIBUTE = new Set([
  'name',
  'internal',
  'loadBalancerType',
  'subnets',
  'securityGroups',
  'ipAddressType',
  'tags',
])

/** Elastic Load Balancing looks the groups up with the permissions of whoever gives them to a load balancer. */
function lookUpGroups(situation: Situation): readonly Permission[] {
  const [subnet] = texts(situation.inputs, 'subnets')
  const vpcId = text(situation.ledger.find('aws:ec2/subnet:Subnet', subnet ?? '')?.outputs ?? {}, 'vpcId')
  return [call('ec2:GetSecurityGroupsForVpc', arn(situation, 'ec2', `vpc/${vpcId ?? '*'}`))]
}

const loadBalancer = lifeCycle((situation, { outputs }) => {
  const balancerArn = known(outputs, 'arn')
  const { inputs, current } = situation
  const tags = newTags(situation)
  const attributes = [...Object.keys(inputs), ...Object.keys(current?.inputs ?? {})].filter(
    (name) => !NO_ATTRIBUTE.has(name),
  )
  const on = (action: string) => elb(action, balancerArn, ownTags(situation))
  return {
    create: [
      serviceLinkedRole(situation, 'elasticloadbalancing.amazonaws.com', 'AWSServiceRoleForElasticLoadBalancing'),
      ...lookUpGroups(situation),
      elb('CreateLoadBalancer', balancerArn, tags),
      elb('AddTags', balancerArn, { ...tags, 'elasticloadbalancing:CreateAction': 'CreateLoadBalancer' }),
      ...later(attributes, elb('ModifyLoadBalancerAttributes', balancerArn, resourceTags(inputs))),
    ],
    read: describe('LoadBalancers', 'LoadBalancerAttributes', 'CapacityReservation', 'Tags'),
    update: [
      ...when(changed(situation, ...attributes), on('ModifyLoadBalancerAttributes')),
      ...when(changed(situation, 'securityGroups'), ...lookUpGroups(situation), on('SetSecurityGroups')),
      ...when(changed(situation, 'subnets'), on('SetSubnets')),
      ...when(changed(situation, 'ipAddressType'), on('SetIpAddressType')),
      ...retag(situation, TAGGING, balancerArn),
    ],
    // It waits until the load balancer's interfaces are gone.
    delete: [on('DeleteLoadBalancer'), ...calls('ec2:DescribeNetworkInterfaces')],
  }
})

const LISTENER_CHANGES = ['port', 'protocol', 'certificateArn', 'sslPolicy', 'defaultActions']

const listener = lifeCycle((situation, { outputs }) => {
  const listenerArn = known(outputs, 'arn')
  const { inputs, current } = situation
  const tags = newTags(situation)
  const headers = [...Object.keys(inputs), ...Object.keys(current?.inputs ?? {})].filter((name) =>
    name.startsWith('routingHttp'),
  )
  const on = (action: string) => elb(action, listenerArn, ownTags(situation))
  return {
    create: [
      elb('CreateListener', known(inputs, 'loadBalancerArn'), tags),
      elb('AddTags', listenerArn, { ...tags, 'elasticloadbalancing:CreateAction': 'CreateListener' }),
      ...when(
        headers.length > 0,
        ...later(headers, elb('ModifyListenerAttributes', listenerArn, resourceTags(inputs))),
      ),
    ],
    read: describe('Listeners', 'ListenerAttributes', 'Tags'),
    update: [
      ...when(changed(situation, ...LISTENER_CHANGES), on('ModifyListener')),
      ...when(changed(situation, ...headers), on('ModifyListenerAttributes')),
      ...retag(situation, TAGGING, listenerArn),
    ],
    delete: [on('DeleteListener')],
  }
})

export const loadBalancerPermissions: Readonly<Record<string, Permissions>> = {
  'aws:lb/targetGroup:TargetGroup': targetGroup,
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': targetGroupAttachment,
  'aws:lb/listenerRule:ListenerRule': listenerRule,
  'aws:lb/loadBalancer:LoadBalancer': loadBalancer,
  'aws:lb/listener:Listener': listener,
}
