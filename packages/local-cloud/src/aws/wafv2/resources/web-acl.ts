/** `aws.wafv2.WebAcl`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { call, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, number, object, objects, others, text, uuid } from '../../../resource/values.ts'
import { CLOUDFRONT_REGION, DISTRIBUTION } from '../../cloudfront/names.ts'
import { BY_ID_NAME_AND_SCOPE, invalid, refuseDuplicate, TAGGING } from '../calls.ts'
import { IP_SET } from './ip-set.ts'

export const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'

export const WEB_ACL_ASSOCIATION = 'aws:wafv2/webAclAssociation:WebAclAssociation'

/** AWS's managed rule groups, with their capacity. */
const MANAGED: Readonly<Record<string, number>> = {
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
}

const RATE_RULE_CAPACITY = 2

const CUSTOM_KEY_CAPACITY = 30

const CAPACITY_QUOTA = 5000

const LOWEST_RATE = 10

const HIGHEST_RATE = 2_000_000_000

const WINDOWS = [60, 120, 300, 600]

const placeOf = ({ inputs }: Situation) => (inputs.scope === 'CLOUDFRONT' ? 'global' : 'regional')

const visibility = (path: string) =>
  ['cloudwatchMetricsEnabled', 'metricName', 'sampledRequestsEnabled'].map((name) => `${path}.${name}`)

const OVERRIDES = 'rules.statement.managedRuleGroupStatement.ruleActionOverrides'

export const webAcl: ResourceType = {
  type: WEB_ACL,
  inputs: [
    'name',
    'description',
    'scope',
    'defaultAction.allow',
    'defaultAction.block',
    ...visibility('visibilityConfig'),
    'customResponseBodies.key',
    'customResponseBodies.contentType',
    'customResponseBodies.content',
    'rules.name',
    'rules.priority',
    'rules.action.allow',
    'rules.action.block.customResponse.responseCode',
    'rules.action.block.customResponse.customResponseBodyKey',
    'rules.action.block.customResponse.responseHeaders.name',
    'rules.action.block.customResponse.responseHeaders.value',
    'rules.action.count',
    'rules.overrideAction.none',
    'rules.overrideAction.count',
    'rules.statement.managedRuleGroupStatement.name',
    'rules.statement.managedRuleGroupStatement.vendorName',
    'rules.statement.managedRuleGroupStatement.version',
    `${OVERRIDES}.name`,
    `${OVERRIDES}.actionToUse.allow`,
    `${OVERRIDES}.actionToUse.block`,
    `${OVERRIDES}.actionToUse.count`,
    'rules.statement.rateBasedStatement.limit',
    'rules.statement.rateBasedStatement.aggregateKeyType',
    'rules.statement.rateBasedStatement.evaluationWindowSec',
    ...['ipSetReferenceStatement.arn', 'notStatement.statement.ipSetReferenceStatement.arn'].map(
      (name) => `rules.statement.rateBasedStatement.scopeDownStatement.${name}`,
    ),
    ...['name', 'textTransformations.priority', 'textTransformations.type'].map(
      (name) => `rules.statement.rateBasedStatement.customKeys.header.${name}`,
    ),
    ...visibility('rules.visibilityConfig'),
    'tags',
  ],
  required: ['scope', 'defaultAction', 'visibilityConfig'],
  named: 'name',
  replaces: ['name', 'scope'],
  heldCode: 'WAFAssociatedItemException',
  heldThrough: [`${WEB_ACL_ASSOCIATION}.webAclArn`, `${DISTRIBUTION}.webAclId`],
  refuse(situation) {
    const { inputs } = situation
    const scope = known(inputs, 'scope')
    if (scope !== 'REGIONAL' && scope !== 'CLOUDFRONT')
      throw invalid(`scope must be REGIONAL or CLOUDFRONT, got ${scope}`)
    if (scope === 'CLOUDFRONT' && situation.region !== CLOUDFRONT_REGION)
      throw invalid(`The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT: use ${CLOUDFRONT_REGION}`)
    refuseDuplicate(situation, WEB_ACL)
    const rules = objects(inputs, 'rules')
    for (const key of ['name', 'priority'])
      if (new Set(rules.map((rule) => rule[key])).size < rules.length) throw invalid(`The rules' ${key} must be unique`)
    const bodies = objects(inputs, 'customResponseBodies').map((body) => body.key)
    for (const rule of rules) {
      refuseRule(rule)
      for (const setArn of ipSetsOf(rule))
        if (!others(situation, IP_SET, ['arn', setArn])[0])
          throw new AwsError('WAFNonexistentItemException', `The IP set ${setArn} does not exist`)
      const custom = object(object(object(rule, 'action') ?? {}, 'block') ?? {}, 'customResponse')
      const key = custom?.customResponseBodyKey
      if (key !== undefined && !bodies.includes(key))
        throw invalid(`The custom response body ${String(key)} is not defined`)
    }
    if (capacityOf(rules) > CAPACITY_QUOTA)
      throw new AwsError(
        'WAFLimitsExceededException',
        `The capacity ${capacityOf(rules)} is over the limit of ${CAPACITY_QUOTA}`,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    const id = uuid(situation)
    return {
      id,
      outputs: {
        name,
        arn: arn(situation, 'wafv2', `${placeOf(situation)}/webacl/${name}/${id}`),
        capacity: capacityOf(objects(situation.inputs, 'rules')),
        applicationIntegrationUrl: '',
        lockToken: situation.stableToken(32, 'lock'),
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const aclArn = known(outputs, 'arn')
    const on = (action: string, context = {}) => call(`wafv2:${action}`, aclArn, { ...ownTags(situation), ...context })
    // AWS's own rule groups belong to no account.
    const groups = arn(situation, 'wafv2', `${placeOf(situation)}/managedruleset/*/*`)
    const sets = [...new Set(objects(situation.inputs, 'rules').flatMap(ipSetsOf))]
    const refer = (action: string) => [groups, ...sets].map((one) => call(`wafv2:${action}`, one))
    const write = (action: string) => [on(action), ...refer(action)]
    return {
      create: [on('CreateWebACL', newTags(situation)), ...refer('CreateWebACL'), on('TagResource', newTags(situation))],
      read: [on('GetWebACL'), on('ListTagsForResource')],
      update: [
        ...when(
          changed(situation, 'description', 'defaultAction', 'rules', 'visibilityConfig', 'customResponseBodies'),
          on('GetWebACL'),
          ...write('UpdateWebACL'),
        ),
        ...retag(situation, TAGGING, aclArn),
      ],
      delete: [on('GetWebACL'), on('DeleteWebACL')],
    }
  }),
  importId: BY_ID_NAME_AND_SCOPE,
}

const statementOf = (rule: Properties) => object(rule, 'statement') ?? {}

const rateOf = (rule: Properties) => object(statementOf(rule), 'rateBasedStatement') ?? {}

/** The ARNs of the IP sets in a rule's scope. */
function ipSetsOf(rule: Properties): readonly string[] {
  const scope = object(rateOf(rule), 'scopeDownStatement') ?? {}
  const negated = object(object(scope, 'notStatement') ?? {}, 'statement') ?? {}
  return [scope, negated].flatMap((one) => text(object(one, 'ipSetReferenceStatement') ?? {}, 'arn') ?? [])
}

const capacityOf = (rules: readonly Properties[]): number =>
  rules.reduce((sum, rule) => {
    const group = object(statementOf(rule), 'managedRuleGroupStatement')
    if (group) return sum + (MANAGED[known(group, 'name')] ?? 0)
    const keys = objects(rateOf(rule), 'customKeys').length
    return sum + RATE_RULE_CAPACITY + keys * CUSTOM_KEY_CAPACITY + ipSetsOf(rule).length
  }, 0)

function refuseRule(rule: Properties): void {
  const group = object(statementOf(rule), 'managedRuleGroupStatement')
  const rate = object(statementOf(rule), 'rateBasedStatement')
  if ((group === undefined) === (rate === undefined))
    throw invalid(
      `The rule ${rule.name} must have exactly one statement: managedRuleGroupStatement or rateBasedStatement`,
    )
  if (group) {
    const name = known(group, 'name')
    if (group.vendorName !== 'AWS' || MANAGED[name] === undefined)
      throw new AwsError(
        'WAFNonexistentItemException',
        `The managed rule group ${group.vendorName}/${name} does not exist`,
      )
    if (object(rule, 'overrideAction') === undefined) throw invalid(`The rule ${rule.name} must have an overrideAction`)
    return
  }
  if (object(rule, 'action') === undefined) throw invalid(`The rule ${rule.name} must have an action`)
  const limit = number(rate ?? {}, 'limit') ?? 0
  if (limit < LOWEST_RATE || limit > HIGHEST_RATE)
    throw invalid(`limit must be between ${LOWEST_RATE} and ${HIGHEST_RATE}, got ${limit}`)
  const key = text(rate ?? {}, 'aggregateKeyType') ?? 'IP'
  if (key !== 'IP' && key !== 'CUSTOM_KEYS') throw new UnsupportedError(`aggregateKeyType "${key}" of ${WEB_ACL}`)
  const keys = objects(rate ?? {}, 'customKeys')
  if ((key === 'CUSTOM_KEYS') !== keys.length > 0)
    throw invalid(`The rule ${rule.name} must have customKeys with aggregateKeyType CUSTOM_KEYS, and only then`)
  for (const one of keys)
    if (objects(object(one, 'header') ?? {}, 'textTransformations').length === 0)
      throw invalid(`A custom key of the rule ${rule.name} must be a header with a text transformation`)
  const window = number(rate ?? {}, 'evaluationWindowSec') ?? 300
  if (!WINDOWS.includes(window))
    throw invalid(`evaluationWindowSec must be one of ${WINDOWS.join(', ')}, got ${window}`)
}
