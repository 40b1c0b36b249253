/** Rules about the private door: the endpoint service, and endpoints that lead to it. */
import { asList, asMap, isUnknown, ofType, type Resource, type Rule, refersTo, shown, violation } from '../resource.ts'
import { LISTENER, LOAD_BALANCER, matching } from './front-door.ts'
import { entriesOf, GROUP } from './security-groups.ts'

const TARGETS = 'aws:lb/targetGroup:TargetGroup'
const SERVICE = 'aws:ec2/vpcEndpointService:VpcEndpointService'
const PRINCIPAL = 'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple'
const ACCEPTER = 'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter'
const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

/** `com.amazonaws.vpce.…` is the name of an endpoint service that is not AWS's own. */
export const isSomebodysOwn = (serviceName: unknown): boolean =>
  typeof serviceName === 'string' && !/^(com\.amazonaws|aws)\.(?!vpce\.)[a-z0-9.-]+$/.test(serviceName)

/** Takes `vpce-svc-…` from `com.amazonaws.vpce.REGION.vpce-svc-…`. */
const serviceIdOf = ({ inputs }: Resource) => String(inputs.serviceName).split('.').at(-1)

/**
 * Whether the same stack accepts the endpoint's connection. AWS lets only a service's owner do that, and IAM restricts the onboarding role to
 * the hub's service. The hub's outputs would show it directly, but the CLI does not give the outputs of other stacks to policies.
 */
const isAccepted = (endpoint: Resource, resources: readonly Resource[]) =>
  ofType(resources, ACCEPTER).some(
    (accepter) =>
      refersTo(accepter, 'vpcEndpointId', endpoint) && accepter.inputs.vpcEndpointServiceId === serviceIdOf(endpoint),
  )

const privateLinks = (resources: readonly Resource[]) =>
  ofType(resources, ENDPOINT).filter(({ inputs }) => isSomebodysOwn(inputs.serviceName))

/** Endpoints for an endpoint service that is neither AWS's nor the hub's. */
export const foreignServices = (resources: readonly Resource[]): readonly Resource[] =>
  privateLinks(resources).filter((endpoint) => !isAccepted(endpoint, resources))

/** A network load balancer passes TLS on, so no other rule sees what is behind it. */
const behindTcp: Rule = {
  name: 'network-load-balancers-are-private-doors',
  says: 'A network load balancer is internal, lets nothing in but PrivateLink, and forwards to an application load balancer only, which ends TLS and checks tokens.',
  remedy: 'Declare it as hub/endpoint-service.ts does.',
  scope: 'stack',
  check: (resources) => {
    const balancers = matching(resources, LOAD_BALANCER).filter(({ inputs }) => inputs.loadBalancerType === 'network')
    const groups = ofType(resources, GROUP).filter((group) =>
      balancers.some((balancer) => refersTo(balancer, 'securityGroups', group)),
    )
    const entries = entriesOf(resources, 'ingress').filter(({ ofGroup }) => groups.some(ofGroup))
    const openers = new Set(entries.map(({ owner }) => owner))
    return [
      ...balancers.flatMap((balancer) => {
        const {
          internal,
          enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforced,
          securityGroups,
        } = balancer.inputs
        return [
          ...(internal === true || isUnknown(balancer, 'internal') ? [] : ['It has public addresses.']),
          ...(asList(securityGroups).length > 0 || isUnknown(balancer, 'securityGroups')
            ? []
            : ['It has no security group: everybody in the network is let in.']),
          ...(enforced === 'off' ? [] : ['Its group is asked for what comes by PrivateLink, which then needs rules.']),
        ].map((message) => violation(balancer, message))
      }),
      ...[...openers].map((owner) =>
        violation(owner, 'It lets somebody in at a network load balancer who does not come by PrivateLink.'),
      ),
      ...matching(resources, LISTENER)
        .filter(({ inputs }) => /^(TCP|UDP|TCP_UDP|TLS|QUIC|TCP_QUIC)$/.test(String(inputs.protocol)))
        .filter((listener) => !forwardsToBalancers(listener, resources))
        .map((listener) =>
          violation(listener, 'It passes bytes on to something else than an application load balancer.'),
        ),
    ]
  },
}

/** Whether a listener forwards only to target groups of load balancers on port 443. */
function forwardsToBalancers(listener: Resource, resources: readonly Resource[]): boolean {
  const { protocol, port, defaultActions } = listener.inputs
  const actions = asList(defaultActions).map(asMap)
  const groups = ofType(resources, TARGETS).filter((group) => refersTo(listener, 'defaultActions', group))
  return (
    protocol === 'TCP' &&
    port === 443 &&
    actions.length === 1 &&
    actions.every(({ type }) => type === 'forward') &&
    groups.length === 1 &&
    groups.every(({ inputs }) => inputs.targetType === 'alb' && inputs.port === 443)
  )
}

const consumersAreNamed: Rule = {
  name: 'endpoint-services-name-their-consumers',
  says: 'An endpoint service accepts each connection by itself, and accounts that may ask are named one by one.',
  remedy: 'Set acceptanceRequired, and allow arn:aws:iam::ACCOUNT:root.',
  scope: 'stack',
  check: (resources) => [
    ...ofType(resources, SERVICE).flatMap((service) => {
      const { acceptanceRequired, allowedPrincipals } = service.inputs
      return [
        ...(acceptanceRequired === true || isUnknown(service, 'acceptanceRequired')
          ? []
          : ['Whoever is allowed to ask is connected at once.']),
        ...(asList(allowedPrincipals).length > 0
          ? ['Its list of principals takes out again what the stacks of tenants add.']
          : []),
      ].map((message) => violation(service, message))
    }),
    ...ofType(resources, PRINCIPAL)
      .filter(
        (one) => !isUnknown(one, 'principalArn') && !/^arn:aws:iam::\d{12}:root$/.test(String(one.inputs.principalArn)),
      )
      .map((one) => violation(one, `It allows ${shown(one.inputs.principalArn)} to ask.`)),
  ],
}

const leadsToTheHub: Rule = {
  name: 'private-link-leads-to-the-hub',
  says: "An endpoint for somebody's own service is one that its own stack accepts there, as the hub's role can at the hub's only; what a tenant's stack allows and accepts is at that one.",
  remedy: 'Leave it out, or set gatewayEndpoint.',
  scope: 'stack',
  check: (resources) => {
    const ids = privateLinks(resources)
      .filter((endpoint) => isAccepted(endpoint, resources))
      .map(serviceIdOf)
    const own = ofType(resources, SERVICE)
    return [
      ...foreignServices(resources).map((endpoint) =>
        violation(endpoint, "It leads to somebody's own service, which is not the hub's."),
      ),
      ...ofType(resources, PRINCIPAL, ACCEPTER)
        .filter((one) => !isUnknown(one, 'vpcEndpointServiceId'))
        .filter((one) => !own.some((service) => refersTo(one, 'vpcEndpointServiceId', service)))
        .filter(({ inputs }) => !ids.includes(String(inputs.vpcEndpointServiceId)))
        .map((one) => violation(one, "It is about somebody's own service, which is not the hub's.")),
    ]
  },
}

export const PRIVATE_DOOR_RULES: readonly Rule[] = [behindTcp, consumersAreNamed, leadsToTheHub]
