/** `aws.wafv2`: web ACLs and what they protect. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import type { ResourceType } from '../../resource/resource-type.ts'
import { arn, autoName, known, number, object, objects, others, requireOwn, text } from '../../resource/values.ts'
import { LOAD_BALANCER } from '../load-balancer/lb-load-balancer.ts'

export const WEB_ACL = 'aws:wafv2/webAcl:WebAcl'
const WEB_ACL_ASSOCIATION = 'aws:wafv2/webAclAssociation:WebAclAssociation'

/** Managed rule groups of AWS, with their capacity. */
const MANAGED: Readonly<Record<string, number>> = {
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
}
const RATE_RULE_CAPACITY = 2
const CAPACITY_QUOTA = 5000
const LOWEST_RATE = 10
const HIGHEST_RATE = 2_000_000_000
const WINDOWS = [60, 120, 300, 600]

const invalid = (message: string) => new AwsError('WAFInvalidParameterException', `Error reason: ${message}`)

const visibility = (path: string) =>
  ['cloudwatchMetricsEnabled', 'metricName', 'sampledRequestsEnabled'].map((name) => `${path}.${name}`)

const OVERRIDES = 'rules.statement.managedRuleGroupStatement.ruleActionOverrides'

const webAcl: ResourceType = {
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
    ...visibility('rules.visibilityConfig'),
    'tags',
  ],
  required: ['scope', 'defaultAction', 'visibilityConfig'],
  named: 'name',
  replaces: ['name', 'scope'],
  heldCode: 'WAFAssociatedItemException',
  heldThrough: [`${WEB_ACL_ASSOCIATION}.webAclArn`],
  refuse(situation) {
    const { inputs } = situation
    const scope = known(inputs, 'scope')
    if (scope !== 'REGIONAL') throw new UnsupportedError(`scope "${scope}" of ${WEB_ACL}`)
    const name = autoName(situation)
    if (others(situation, WEB_ACL).some(({ outputs }) => outputs.name === name))
      throw new AwsError(
        'WAFDuplicateItemException',
        'AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
      )
    const rules = objects(inputs, 'rules')
    for (const key of ['name', 'priority'])
      if (new Set(rules.map((rule) => rule[key])).size < rules.length) throw invalid(`The rules' ${key} must be unique`)
    const bodies = objects(inputs, 'customResponseBodies').map((body) => body.key)
    for (const rule of rules) {
      refuseRule(rule)
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
    const id = situation.stableToken(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    return {
      id,
      outputs: {
        name,
        arn: arn(situation, 'wafv2', `regional/webacl/${name}/${id}`),
        capacity: capacityOf(objects(situation.inputs, 'rules')),
        applicationIntegrationUrl: '',
        lockToken: situation.stableToken(32, 'lock'),
      },
    }
  },
}

const statementOf = (rule: Properties) => object(rule, 'statement') ?? {}

const capacityOf = (rules: readonly Properties[]): number =>
  rules.reduce((sum, rule) => {
    const group = object(statementOf(rule), 'managedRuleGroupStatement')
    return sum + (group ? (MANAGED[known(group, 'name')] ?? 0) : RATE_RULE_CAPACITY)
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
  if (key !== 'IP') throw new UnsupportedError(`aggregateKeyType "${key}" of ${WEB_ACL}`)
  const window = number(rate ?? {}, 'evaluationWindowSec') ?? 300
  if (!WINDOWS.includes(window))
    throw invalid(`evaluationWindowSec must be one of ${WINDOWS.join(', ')}, got ${window}`)
}

const association: ResourceType = {
  type: WEB_ACL_ASSOCIATION,
  inputs: ['resourceArn', 'webAclArn'],
  required: ['resourceArn', 'webAclArn'],
  replaces: ['resourceArn', 'webAclArn'],
  releases: ['resourceArn'],
  refuse(situation) {
    const resourceArn = known(situation.inputs, 'resourceArn')
    const webAclArn = known(situation.inputs, 'webAclArn')
    const missing = 'AWS WAF couldn’t perform the operation because your resource doesn’t exist.'
    requireOwn(situation, LOAD_BALANCER, resourceArn, 'WAFUnavailableEntityException', missing)
    const acl = situation.ledger.findBy(WEB_ACL, 'arn', webAclArn)
    if (acl?.account !== situation.account) throw new AwsError('WAFNonexistentItemException', missing)
  },
  answer: ({ inputs }) => ({ id: `${known(inputs, 'webAclArn')},${known(inputs, 'resourceArn')}`, outputs: {} }),
}

const logging: ResourceType = {
  type: 'aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration',
  inputs: ['resourceArn', 'logDestinationConfigs', 'redactedFields.singleHeader.name'],
  required: ['resourceArn', 'logDestinationConfigs'],
  replaces: ['resourceArn', 'logDestinationConfigs'],
  releases: 'all',
  refuse({ inputs, ledger }) {
    if (!ledger.findBy(WEB_ACL, 'arn', known(inputs, 'resourceArn')))
      throw new AwsError('WAFNonexistentItemException', 'The web ACL does not exist.')
    const [destination] = Array.isArray(inputs.logDestinationConfigs) ? inputs.logDestinationConfigs : []
    const group = String(destination).split(':log-group:')[1]?.replace(/:\*$/, '')
    if (group === undefined || !ledger.find('aws:cloudwatch/logGroup:LogGroup', group))
      throw invalid(`The log destination ${String(destination)} is not a log group that exists`)
    if (!group.startsWith('aws-waf-logs-')) throw invalid('The name of a log destination must start with aws-waf-logs-')
  },
  answer: ({ inputs }) => ({ id: known(inputs, 'resourceArn'), outputs: {} }),
}

export const wafv2: readonly ResourceType[] = [webAcl, association, logging]
