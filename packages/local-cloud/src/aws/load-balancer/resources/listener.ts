/** `aws.lb.Listener`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { changed, later, lifeCycle, newTags, ownTags, resourceTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, number, objects, others, requireOwn, text } from '../../../resource/values.ts'
import { CERTIFICATE, existing, isIssued } from '../../acm/resources/certificate.ts'
import { describe, elb, TAGGING } from '../calls.ts'
import { actionInputs, LISTENER, refuseActions, refuseTargetGroupQuota } from '../listener-actions.ts'
import { LOAD_BALANCER } from './load-balancer.ts'

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

export const listener: ResourceType = {
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
    const balancer = requireOwn(
      situation,
      LOAD_BALANCER,
      loadBalancerArn,
      'LoadBalancerNotFound',
      `Load balancer '${loadBalancerArn}' not found`,
    )
    const isNetwork = balancer.outputs.loadBalancerType === 'network'
    const protocol = protocolOf(inputs)
    if (isNetwork && ['TLS', 'UDP', 'TCP_UDP'].includes(protocol))
      throw new UnsupportedError(`protocol "${protocol}" of a network load balancer's listener: use "TCP"`)
    const allowed = isNetwork ? ['TCP'] : ['HTTP', 'HTTPS']
    if (!allowed.includes(protocol))
      throw new AwsError('ValidationError', `Listener protocol '${protocol}' must be one of ${allowed.join(', ')}`)
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
    const header = HEADERS.find((name) => inputs[name] !== undefined)
    if (isNetwork && header !== undefined)
      throw new AwsError(
        'InvalidConfigurationRequest',
        `Listener attribute ${header} is not supported on TCP listeners`,
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
  permissions: lifeCycle((situation, { outputs }) => {
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
  }),
}

/** If no protocol is declared, the port decides it. */
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

const LISTENER_CHANGES = ['port', 'protocol', 'certificateArn', 'sslPolicy', 'defaultActions']
