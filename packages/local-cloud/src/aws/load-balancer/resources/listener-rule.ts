/** `aws.lb.ListenerRule`. */

import { isIP } from 'node:net'
import { AwsError } from '../../../errors.ts'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { changed, later, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, number, objects, others, requireOwn, texts } from '../../../resource/values.ts'
import { quotaOf } from '../../service-quotas/quotas.ts'
import { describe, elb, TAGGING } from '../calls.ts'
import { actionInputs, LISTENER, LISTENER_RULE, refuseActions, refuseTargetGroupQuota } from '../listener-actions.ts'

/** The quotas for condition values and for wildcards of a rule. */
const VALUE_QUOTA = 5

const HIGHEST_PRIORITY = 50_000

const VALUED_CONDITIONS = ['pathPattern', 'hostHeader', 'httpRequestMethod', 'sourceIp', 'httpHeader'] as const

export const listenerRule: ResourceType = {
  type: LISTENER_RULE,
  inputs: [
    'listenerArn',
    'priority',
    ...VALUED_CONDITIONS.map((name) => `conditions.${name}.values`),
    'conditions.httpHeader.httpHeaderName',
    ...actionInputs('actions'),
    'tags',
  ],
  required: ['listenerArn', 'conditions', 'actions'],
  replaces: ['listenerArn'],
  releases: ['listenerArn'],
  refuse(situation) {
    const { inputs } = situation
    const listenerArn = known(inputs, 'listenerArn')
    const of = requireOwn(situation, LISTENER, listenerArn, 'ListenerNotFound', `One or more listeners not found`)
    if (of.outputs.protocol === 'TCP')
      throw new AwsError('UnsupportedOperation', `Rules are not supported on TCP listeners: '${listenerArn}'`)
    const siblings = rulesOf(situation, listenerArn)
    const priority = number(inputs, 'priority')
    if (priority !== undefined && (!Number.isInteger(priority) || priority < 1 || priority > HIGHEST_PRIORITY))
      throw new AwsError('ValidationError', `'${priority}' at 'priority' must be between 1 and ${HIGHEST_PRIORITY}`)
    if (priority !== undefined && siblings.some(({ outputs }) => outputs.priority === priority))
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`)
    const loadBalancerArn = known(of.inputs, 'loadBalancerArn')
    const listeners = situation.ledger.where(LISTENER, 'loadBalancerArn', loadBalancerArn)
    const most = quotaOf(situation.organization, situation.account, 'L-7EED9B64')
    if (listeners.reduce((sum, { id }) => sum + rulesOf(situation, id).length, 0) >= most)
      throw new AwsError(
        'TooManyRules',
        `The maximum number of rules per load balancer, not counting defaults, is ${most}`,
      )
    refuseConditions(objects(inputs, 'conditions'))
    const actions = objects(inputs, 'actions')
    refuseActions(situation, actions, known(of.outputs, 'protocol'))
    refuseTargetGroupQuota(situation, loadBalancerArn, actions)
  },
  answer(situation) {
    const { inputs, current } = situation
    const listenerArn = known(inputs, 'listenerArn')
    const id = `${listenerArn.replace(':listener/', ':listener-rule/')}/${situation.stableToken(16)}`
    // A rule without a declared priority gets the highest one plus one, and keeps it.
    const highest = Math.max(
      0,
      ...rulesOf(situation, listenerArn).map(({ outputs }) => number(outputs, 'priority') ?? 0),
    )
    const kept = current && number(current.outputs, 'priority')
    return { id, outputs: { arn: id, priority: number(inputs, 'priority') ?? kept ?? highest + 1 } }
  },
  permissions: (operation, situation, { outputs }) => {
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
  },
}

const rulesOf = (situation: Situation, listenerArn: string): readonly Declared[] =>
  others(situation, LISTENER_RULE, ['listenerArn', listenerArn])

function refuseConditions(conditions: readonly Properties[]): void {
  const values = conditions.flatMap((condition) => {
    const given = VALUED_CONDITIONS.flatMap((name) => texts((condition[name] ?? {}) as Properties, 'values'))
    if (given.length === 0) throw new AwsError('ValidationError', 'A condition must have values')
    return given
  })
  if (values.length === 0) throw new AwsError('ValidationError', 'A rule must have a condition')
  if (values.length > VALUE_QUOTA)
    throw new AwsError('ValidationError', `A rule can only have '${VALUE_QUOTA}' condition values`)
  if (values.join('').replace(/[^*?]/g, '').length > VALUE_QUOTA)
    throw new AwsError('ValidationError', `A rule can only have '${VALUE_QUOTA}' wildcards`)
  for (const value of conditions.flatMap(({ sourceIp }) => texts((sourceIp ?? {}) as Properties, 'values')))
    if (isIP(value.split('/')[0] ?? '') === 0 || !value.includes('/'))
      throw new AwsError('ValidationError', `The CIDR block '${value}' of a source-ip condition is not valid`)
  for (const value of values)
    if (value.length > 128)
      throw new AwsError('ValidationError', `Condition value '${value}' has more than 128 characters`)
}
