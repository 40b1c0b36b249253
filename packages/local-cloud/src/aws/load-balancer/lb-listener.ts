/** `aws.lb.Listener` and `aws.lb.ListenerRule`. */
import { AwsError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { known, number, objects, others, requireOwn, text, texts } from '../../resource/values.ts'
import { CERTIFICATE, existing, isIssued } from '../acm/acm.ts'
import { actionInputs, LISTENER, LISTENER_RULE, refuseActions, refuseTargetGroupQuota } from './lb-actions.ts'
import { LOAD_BALANCER } from './lb-load-balancer.ts'

/** Rules of a load balancer, without the defaults; condition values and wildcards of a rule. */
const RULE_QUOTA = 100
const VALUE_QUOTA = 5
const HIGHEST_PRIORITY = 50_000

const SSL_POLICIES = [
  'ELBSecurityPolicy-2016-08',
  'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  'ELBSecurityPolicy-TLS13-1-3-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
  'ELBSecurityPolicy-TLS13-1-2-PQ-2025-09',
  'ELBSecurityPolicy-TLS13-1-3-PQ-2025-09',
]

const HEADERS = [
  'routingHttpResponseAccessControlAllowCredentialsHeaderValue',
  'routingHttpResponseAccessControlAllowHeadersHeaderValue',
  'routingHttpResponseAccessControlAllowMethodsHeaderValue',
  'routingHttpResponseAccessControlAllowOriginHeaderValue',
  'routingHttpResponseAccessControlExposeHeadersHeaderValue',
  'routingHttpResponseAccessControlMaxAgeHeaderValue',
  'routingHttpResponseContentSecurityPolicyHeaderValue',
  'routingHttpResponseServerEnabled',
  'routingHttpResponseStrictTransportSecurityHeaderValue',
  'routingHttpResponseXContentTypeOptionsHeaderValue',
  'routingHttpResponseXFrameOptionsHeaderValue',
]

const listener: ResourceType = {
  type: LISTENER,
  inputs: [
    'loadBalancerArn',
    'port',
    'protocol',
    'certificateArn',
    'sslPolicy',
    ...actionInputs('defaultActions'),
    ...HEADERS,
    'tags',
  ],
  required: ['loadBalancerArn', 'defaultActions', 'port'],
  replaces: ['loadBalancerArn'],
  releases: ['loadBalancerArn'],
  heldCode: 'ResourceInUse',
  refuse(situation) {
    const { inputs } = situation
    const loadBalancerArn = known(inputs, 'loadBalancerArn')
    requireOwn(
      situation,
      LOAD_BALANCER,
      loadBalancerArn,
      'LoadBalancerNotFound',
      `Load balancer '${loadBalancerArn}' not found`,
    )
    const protocol = protocolOf(inputs)
    if (protocol !== 'HTTP' && protocol !== 'HTTPS')
      throw new AwsError('ValidationError', `Listener protocol '${protocol}' must be one of HTTP, HTTPS`)
    const port = number(inputs, 'port') ?? 0
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new AwsError('ValidationError', `'${port}' at 'port' must be between 1 and 65535`)
    const siblings = others(situation, LISTENER).filter((other) => other.inputs.loadBalancerArn === loadBalancerArn)
    if (siblings.some((other) => other.inputs.port === port))
      throw new AwsError(
        'DuplicateListener',
        `A listener already exists on port ${port} for load balancer '${loadBalancerArn}'`,
      )
    if (protocol === 'HTTPS') refuseTls(situation)
    else if (text(inputs, 'certificateArn') !== undefined || text(inputs, 'sslPolicy') !== undefined)
      throw new AwsError(
        'InvalidConfigurationRequest',
        'Certificates and security policies can only be specified for HTTPS listeners',
      )
    const actions = objects(inputs, 'defaultActions')
    refuseActions(situation, actions, protocol)
    refuseTargetGroupQuota(situation, loadBalancerArn, actions)
  },
  answer(situation) {
    const { inputs } = situation
    const loadBalancerArn = known(inputs, 'loadBalancerArn')
    const id = `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${situation.stableToken(16)}`
    const protocol = protocolOf(inputs)
    return {
      id,
      outputs: {
        arn: id,
        protocol,
        ...(protocol === 'HTTPS' && { sslPolicy: text(inputs, 'sslPolicy') ?? 'ELBSecurityPolicy-2016-08' }),
      },
    }
  },
}

/** Without one, the port says it. */
const protocolOf = (inputs: Properties) =>
  text(inputs, 'protocol')?.toUpperCase() ?? (inputs.port === 443 ? 'HTTPS' : 'HTTP')

function refuseTls(situation: Situation): void {
  const { inputs, ledger, organization } = situation
  const certificateArn = text(inputs, 'certificateArn')
  if (certificateArn === undefined)
    throw new AwsError('ValidationError', 'A certificate must be specified for HTTPS listeners')
  const [, , , region, account] = certificateArn.split(':')
  const isThere = existing(organization, certificateArn) ?? ledger.find(CERTIFICATE, certificateArn)
  if (isThere === undefined || region !== situation.region || account !== situation.account)
    throw new AwsError('CertificateNotFound', `Certificate '${certificateArn}' not found`)
  if (!isIssued(ledger, organization, certificateArn))
    throw new AwsError(
      'UnsupportedCertificate',
      `The certificate '${certificateArn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    )
  const sslPolicy = text(inputs, 'sslPolicy') ?? 'ELBSecurityPolicy-2016-08'
  if (!SSL_POLICIES.includes(sslPolicy)) throw new AwsError('SSLPolicyNotFound', `SSL policy '${sslPolicy}' not found`)
}

const VALUED_CONDITIONS = ['pathPattern', 'hostHeader', 'httpRequestMethod', 'sourceIp', 'httpHeader'] as const

const rule: ResourceType = {
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
    const siblings = rulesOf(situation, listenerArn)
    const priority = number(inputs, 'priority')
    if (priority !== undefined && (!Number.isInteger(priority) || priority < 1 || priority > HIGHEST_PRIORITY))
      throw new AwsError('ValidationError', `'${priority}' at 'priority' must be between 1 and ${HIGHEST_PRIORITY}`)
    if (priority !== undefined && siblings.some(({ outputs }) => outputs.priority === priority))
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`)
    const loadBalancerArn = known(of.inputs, 'loadBalancerArn')
    const listeners = situation.ledger.where(LISTENER, 'loadBalancerArn', loadBalancerArn)
    if (listeners.reduce((sum, { id }) => sum + rulesOf(situation, id).length, 0) >= RULE_QUOTA)
      throw new AwsError(
        'TooManyRules',
        `The maximum number of rules per load balancer, not counting defaults, is ${RULE_QUOTA}`,
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
    // Left without one, a rule gets the highest and one, and keeps it.
    const highest = Math.max(
      0,
      ...rulesOf(situation, listenerArn).map(({ outputs }) => number(outputs, 'priority') ?? 0),
    )
    const kept = current && number(current.outputs, 'priority')
    return { id, outputs: { arn: id, priority: number(inputs, 'priority') ?? kept ?? highest + 1 } }
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
  for (const value of values)
    if (value.length > 128)
      throw new AwsError('ValidationError', `Condition value '${value}' has more than 128 characters`)
}

export const lbListeners: readonly ResourceType[] = [listener, rule]
