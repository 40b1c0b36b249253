/** The actions of listeners and rules, and which of them AWS refuses. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import type { Index } from '../../ledger/ledger-index.ts'
import type { Situation } from '../../resource/resource-type.ts'
import { known, object, objects, own, text, texts } from '../../resource/values.ts'
import { quotaOf } from '../service-quotas/quotas.ts'

export const LISTENER = 'aws:lb/listener:Listener'
export const LISTENER_RULE = 'aws:lb/listenerRule:ListenerRule'
export const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'

const CLAIM_QUOTA = 10

/** The names of the inputs of an action, for the row that has them in this list. */
export const actionInputs = (list: string): readonly string[] =>
  [
    'type',
    'order',
    'targetGroupArn',
    'forward.targetGroups.arn',
    'forward.targetGroups.weight',
    'redirect.protocol',
    'redirect.host',
    'redirect.port',
    'redirect.path',
    'redirect.query',
    'redirect.statusCode',
    'fixedResponse.contentType',
    'fixedResponse.messageBody',
    'fixedResponse.statusCode',
    'jwtValidation.issuer',
    'jwtValidation.jwksEndpoint',
    'jwtValidation.additionalClaims.format',
    'jwtValidation.additionalClaims.name',
    'jwtValidation.additionalClaims.values',
  ].map((name) => `${list}.${name}`)

/** The target groups to which a listener or rule forwards. */
const forwardsTo = (actions: readonly Properties[]): readonly string[] =>
  actions.flatMap((action) => {
    const direct = text(action, 'targetGroupArn')
    const groups = objects(object(action, 'forward') ?? {}, 'targetGroups')
    return [...(direct === undefined ? [] : [direct]), ...groups.map((group) => known(group, 'arn'))]
  })

/** @throws AwsError for actions that AWS does not accept for a listener of this protocol. */
export function refuseActions(situation: Situation, actions: readonly Properties[], protocol: string): void {
  const ordered = actions.toSorted((a, b) => Number(a.order ?? 0) - Number(b.order ?? 0))
  const last = ordered.at(-1)
  if (!last || !['forward', 'redirect', 'fixed-response'].includes(known(last, 'type')))
    throw invalid('The last action must be one of forward, redirect, fixed-response')
  for (const action of ordered) refuseAction(situation, action, action === last, protocol)
}

function refuseAction(situation: Situation, action: Properties, isLast: boolean, protocol: string): void {
  const type = known(action, 'type')
  if (type === 'jwt-validation') {
    refuseJwtValidation(action, isLast, protocol)
    return
  }
  if (!isLast) throw invalid(`An action of type '${type}' must be the last one`)
  if (type === 'forward') {
    const groups = forwardsTo([action])
    if (groups.length !== 1) throw new UnsupportedError(`a forward action with ${groups.length} target groups`)
    for (const arn of groups) {
      const group = own(situation, TARGET_GROUP, arn)
      if (!group) throw new AwsError('TargetGroupNotFound', `One or more target groups not found: '${arn}'`)
      // A load balancer forwards only to target groups of its own layer.
      if ((protocol === 'TCP') !== (group.outputs.protocol === 'TCP'))
        throw new AwsError(
          'IncompatibleProtocols',
          `The following target groups have incompatible protocols with the listener's ${protocol}: '${arn}'`,
        )
    }
  } else if (protocol === 'TCP') throw invalid(`An action of type '${type}' is not supported on TCP listeners`)
  else if (type === 'redirect') {
    const status = text(object(action, 'redirect') ?? {}, 'statusCode')
    if (status !== 'HTTP_301' && status !== 'HTTP_302')
      throw new AwsError('ValidationError', `'${status}' at 'redirectConfig.statusCode' must be HTTP_301 or HTTP_302`)
  } else if (type === 'fixed-response') refuseFixedResponse(object(action, 'fixedResponse') ?? {})
  else throw new UnsupportedError(`a load balancer action of type "${type}"`)
}

const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

function refuseFixedResponse(response: Properties): void {
  if (!CONTENT_TYPES.includes(text(response, 'contentType') ?? ''))
    throw new AwsError('ValidationError', `contentType must be one of ${CONTENT_TYPES.join(', ')}`)
  if (!/^[245]\d\d$/.test(text(response, 'statusCode') ?? ''))
    throw new AwsError(
      'ValidationError',
      `'${response.statusCode}' at 'fixedResponseConfig.statusCode' must be 2XX, 4XX or 5XX`,
    )
  if ((text(response, 'messageBody') ?? '').length > 1024)
    throw new AwsError('ValidationError', "'fixedResponseConfig.messageBody' has at most 1024 characters")
}

function refuseJwtValidation(action: Properties, isLast: boolean, protocol: string): void {
  if (isLast) throw invalid('A jwt-validation action must be followed by another')
  if (protocol !== 'HTTPS') throw invalid('Actions of type jwt-validation are supported on HTTPS listeners only')
  const jwt = object(action, 'jwtValidation') ?? {}
  for (const name of ['issuer', 'jwksEndpoint']) known(jwt, name)
  if (!known(jwt, 'jwksEndpoint').startsWith('https://')) throw invalid('jwksEndpoint must be an HTTPS URL')
  const claims = objects(jwt, 'additionalClaims')
  if (claims.length > CLAIM_QUOTA) throw invalid(`additionalClaims has at most ${CLAIM_QUOTA} claims`)
  for (const claim of claims) {
    const format = known(claim, 'format')
    if (!['single-string', 'string-array', 'space-separated-values'].includes(format))
      throw invalid(
        `'${format}' at 'additionalClaims.format' must be single-string, string-array or space-separated-values`,
      )
    // Claims that are always checked cannot be declared.
    if (['exp', 'iss', 'nbf', 'iat'].includes(known(claim, 'name')))
      throw invalid(`additionalClaims must not name '${known(claim, 'name')}'`)
    if (texts(claim, 'values').length === 0 || texts(claim, 'values').length > CLAIM_QUOTA)
      throw invalid(`additionalClaims has 1 to ${CLAIM_QUOTA} values`)
    if (format === 'single-string' && texts(claim, 'values').length > 1)
      throw invalid('A claim of the format single-string has one value')
  }
}

/** @throws AwsError if a load balancer would get more target groups than AWS allows. */
export function refuseTargetGroupQuota(
  situation: Situation,
  loadBalancerArn: string,
  actions: readonly Properties[],
): void {
  const used = new Set(targetGroupsOf(situation.ledger, loadBalancerArn, situation.urn).concat(forwardsTo(actions)))
  const most = quotaOf(situation.organization, situation.account, 'L-822D1B1B')
  if (used.size > most)
    throw new AwsError(
      'TooManyUniqueTargetGroupsPerLoadBalancer',
      `The maximum number of target groups per load balancer is ${most}`,
    )
}

function targetGroupsOf(ledger: LedgerView, loadBalancerArn: string, except: string): string[] {
  const listeners = ledger.where(LISTENER, 'loadBalancerArn', loadBalancerArn)
  const rules = listeners.flatMap(({ id }) => ledger.where(LISTENER_RULE, 'listenerArn', id))
  const others = ({ urn }: Declared) => urn !== except
  return [
    ...listeners.filter(others).flatMap(({ inputs }) => forwardsTo(objects(inputs, 'defaultActions'))),
    ...rules.filter(others).flatMap(({ inputs }) => forwardsTo(objects(inputs, 'actions'))),
  ]
}

/** Whether a rule or a listener forwards to a target group. Only then does the group belong to a load balancer. */
export const isForwardedTo = (ledger: LedgerView, targetGroupArn: string): boolean =>
  ledger.lookUp(BY_TARGET_GROUP, targetGroupArn).length > 0

/** The listeners that forward to a target group, by their default actions or by a rule. */
export const listenersForwardingTo = (ledger: LedgerView, targetGroupArn: string): readonly Declared[] =>
  ledger
    .lookUp(BY_TARGET_GROUP, targetGroupArn)
    .flatMap((one) => (one.type === LISTENER ? one : (ledger.find(LISTENER, known(one.outputs, 'listenerArn')) ?? [])))

const BY_TARGET_GROUP: Index = {
  keysOf: ({ type, outputs }) =>
    type === LISTENER || type === LISTENER_RULE
      ? forwardsTo([...objects(outputs, 'defaultActions'), ...objects(outputs, 'actions')])
      : [],
}

const invalid = (message: string) => new AwsError('InvalidLoadBalancerAction', message)
