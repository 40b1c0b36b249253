/** The services for which an endpoint can be made, and their zones. */

import type { Organization } from '../../organization.ts'
import { prefixLists } from './prefix-lists.ts'
import { type Zone, zonesOf } from './zones.ts'

export interface EndpointService {
  /** `com.amazonaws.REGION.sts` */
  readonly serviceName: string
  readonly types: readonly ('Interface' | 'Gateway')[]
  /** The public name that private DNS replaces in the endpoint's VPC; `*.` stands for one label. */
  readonly privateDnsName: string
  /** The label in an endpoint's own names. */
  readonly label: string
  /** The ids of zones that lack the service. */
  readonly missingZoneIds: readonly string[]
  /**
   * For an endpoint service of an account: the zones of its load balancers.
   * @default every zone but those without it
   */
  readonly zoneIds?: readonly string[]
  /** Whether endpoints of the service accept a policy. */
  readonly policy: boolean
}

const INTERFACE: Readonly<Record<string, { readonly missingZoneIds?: readonly string[]; readonly host?: string }>> = {
  bedrock: { missingZoneIds: ['use1-az3'] },
  'bedrock-runtime': { missingZoneIds: ['use1-az3'] },
  // In some accounts, two or three of the region's zones were seen to lack it.
  'cognito-idp': { missingZoneIds: ['use1-az3', 'use1-az5'] },
  dynamodb: {},
  'ecr.api': { host: 'api.ecr' },
  // The host name of an account's registry contains the account.
  'ecr.dkr': { host: '*.dkr.ecr' },
  ec2messages: {},
  kms: {},
  lambda: {},
  logs: {},
  s3: {},
  secretsmanager: {},
  ssm: {},
  ssmmessages: {},
  sts: {},
}

export function endpointServices(region: string): readonly EndpointService[] {
  const gateways = new Set(prefixLists(region).map(({ name }) => name))
  return Object.entries(INTERFACE).map(([label, { missingZoneIds = [], host = label }]) => {
    const serviceName = `com.amazonaws.${region}.${label}`
    return {
      serviceName,
      label,
      types: gateways.has(serviceName) ? ['Gateway', 'Interface'] : ['Interface'],
      privateDnsName: `${host}.${region}.amazonaws.com`,
      missingZoneIds,
      policy: true,
    }
  })
}

/** The zones of an account in which a service has endpoints. */
export const zonesOfService = (
  organization: Organization,
  account: string,
  region: string,
  service: EndpointService,
): readonly Zone[] =>
  zonesOf(organization, account, region).filter(
    ({ id }) => !service.missingZoneIds.includes(id) && (service.zoneIds?.includes(id) ?? true),
  )
