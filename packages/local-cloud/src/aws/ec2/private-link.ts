/** Declared endpoint services (PrivateLink): which accounts may connect, which endpoints are connected, and the private DNS name. */

import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import { known, objects, text, texts } from '../../resource/values.ts'
import { SUBNET } from './network-interfaces.ts'

export const ENDPOINT_SERVICE = 'aws:ec2/vpcEndpointService:VpcEndpointService'
export const ALLOWED_PRINCIPAL = 'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple'
export const CONNECTION_ACCEPTER = 'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter'
export const DNS_VERIFICATION = 'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification'
export const ENDPOINT_PRIVATE_DNS = 'aws:vpc/endpointPrivateDns:EndpointPrivateDns'

export interface EndpointServiceThere {
  readonly id: string
  readonly serviceName: string
  readonly account: string
  readonly region: string
  readonly acceptanceRequired: boolean
  readonly loadBalancerArns: readonly string[]
  /** Absent if the service has no private name. */
  readonly privateDnsName?: string
}

/** `com.amazonaws.vpce.REGION.vpce-svc-…` */
export const isSomebodysOwn = (serviceName: string): boolean => serviceName.startsWith('com.amazonaws.vpce.')

export function serviceNamed(ledger: LedgerView, serviceName: string): EndpointServiceThere | undefined {
  const found = ledger.findBy(ENDPOINT_SERVICE, 'serviceName', serviceName)
  if (!found) return undefined
  const { id, account, region, outputs } = found
  const privateDnsName = text(outputs, 'privateDnsName')
  return {
    id,
    serviceName,
    account,
    region,
    acceptanceRequired: outputs.acceptanceRequired !== false,
    loadBalancerArns: texts(outputs, 'networkLoadBalancerArns'),
    ...(privateDnsName !== undefined && { privateDnsName }),
  }
}

/** Whether an account may ask for a connection. For any other account the service does not exist. */
export function isAllowed(ledger: LedgerView, { id }: EndpointServiceThere, account: string): boolean {
  const own = ledger.find(ENDPOINT_SERVICE, id)
  const principals = [
    ...texts(own?.inputs ?? {}, 'allowedPrincipals'),
    ...ledger.where(ALLOWED_PRINCIPAL, 'vpcEndpointServiceId', id).map(({ inputs }) => known(inputs, 'principalArn')),
  ]
  return principals.some((one) => one === '*' || one === `arn:aws:iam::${account}:root`)
}

/** Whether an endpoint is connected. */
export const acceptedBy = (ledger: LedgerView, service: EndpointServiceThere, endpointId: string): boolean =>
  !service.acceptanceRequired ||
  ledger
    .where(CONNECTION_ACCEPTER, 'vpcEndpointId', endpointId)
    .some(({ inputs }) => inputs.vpcEndpointServiceId === service.id)

/** Whether consumers may use the service's own name. */
export const isVerified = (ledger: LedgerView, { id, privateDnsName }: EndpointServiceThere): boolean =>
  privateDnsName !== undefined &&
  ledger.where(DNS_VERIFICATION, 'serviceId', id).some(({ outputs }) => outputs.verifiedName === privateDnsName)

/** The TXT record that proves the ownership of the private name. */
export function proofOf(ledger: LedgerView, serviceId: string): { readonly name: string; readonly value: string } {
  const [configuration] = objects(
    ledger.find(ENDPOINT_SERVICE, serviceId)?.outputs ?? {},
    'privateDnsNameConfigurations',
  )
  return { name: known(configuration ?? {}, 'name'), value: known(configuration ?? {}, 'value') }
}

/** Whether an endpoint answers to its service's private name. This is set with the endpoint, or later by a separate resource. */
export function hasPrivateDns(ledger: LedgerView, endpointId: string): boolean {
  const later = ledger.findBy(ENDPOINT_PRIVATE_DNS, 'vpcEndpointId', endpointId)
  if (later) return later.inputs.privateDnsEnabled === true
  return ledger.find('aws:ec2/vpcEndpoint:VpcEndpoint', endpointId)?.outputs.privateDnsEnabled === true
}

/** The ids of the zones in which a service has a load balancer. */
export const zonesOfOwn = (ledger: LedgerView, { loadBalancerArns }: EndpointServiceThere): readonly string[] => [
  ...new Set(
    loadBalancerArns
      .flatMap((arn) => texts(ledger.findBy('aws:lb/loadBalancer:LoadBalancer', 'arn', arn)?.outputs ?? {}, 'subnets'))
      .flatMap((id) => text(ledger.find(SUBNET, id)?.outputs ?? {}, 'availabilityZoneId') ?? []),
  ),
]

/** The endpoints of a service, accepted or not. */
export const connectionsOf = (ledger: LedgerView, serviceName: string): readonly Declared[] =>
  ledger.where('aws:ec2/vpcEndpoint:VpcEndpoint', 'serviceName', serviceName)
