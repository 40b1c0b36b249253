/** For each quota: how much of it the stack files need, and how much of it is in use. */
import {
  DescribeAddressesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTransitGatewaysCommand,
  DescribeVpcsCommand,
  type Tag,
} from '@aws-sdk/client-ec2'
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { interfaceServices } from '../../hub/endpoints.ts'
import { AT_A_TIME } from '../../shared/hub-limits.ts'
import { inboundRules } from '../../shared/load-balancer-quotas.ts'
import { loadBalancerName, PREFIX, privateDoorName } from '../../shared/naming.ts'
import { hasNat } from '../../shared/nat.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import type { Clients } from './clients.ts'
import type { HubSubject, Subject, TenantSubject, World } from './subjects.ts'

export interface Need {
  readonly service: string
  readonly code: string
  readonly what: string
  readonly hub?: (hub: HubSubject, world: World) => number
  readonly tenant?: (tenant: TenantSubject) => number
  /**
   * How many the account uses outside this stack.
   * @default the quota counts a resource that only this project has
   */
  readonly others?: (clients: Clients, subject: Subject) => Promise<number>
}

const isOnFargate = ({ compute }: SpokeSettings) => compute.kind === 'fargate'
const machines = ({ machineIssuers }: SpokeSettings) => Object.keys(machineIssuers).length

const zones = ({ settings }: HubSubject) => settings.availabilityZones.length

export const NEEDS: readonly Need[] = [
  {
    service: 'vpc',
    code: 'L-F678F1CE',
    what: 'VPCs',
    hub: () => 1,
    tenant: ({ settings }) => Number(settings.modelEndpoint === 'own'),
    others: async ({ ec2 }, subject) => {
      const found = await all(async (NextToken) => {
        const answer = await ec2.send(new DescribeVpcsCommand({ NextToken }))
        return [answer.Vpcs, answer.NextToken]
      })
      return notOurs(found, subject)
    },
  },
  {
    service: 'ec2',
    code: 'L-A2478D36',
    what: 'Transit Gateways',
    hub: () => 1,
    others: async ({ ec2 }, subject) => {
      const found = await all(async (NextToken) => {
        const answer = await ec2.send(new DescribeTransitGatewaysCommand({ NextToken }))
        return [answer.TransitGateways, answer.NextToken]
      })
      return notOurs(found, subject)
    },
  },
  {
    service: 'ec2',
    code: 'L-E0233F82',
    what: 'attachments of the Transit Gateway',
    hub: (_hub, { tenants }) => tenants.filter(({ settings }) => settings.modelEndpoint === 'own').length + 1,
  },
  {
    service: 'ec2',
    code: 'L-0263D0A3',
    what: 'Elastic IP addresses',
    hub: (hub) => (hasNat(hub.settings) ? zones(hub) : 0) + Number(hub.settings.clientInstance),
    others: async ({ ec2 }, subject) =>
      notOurs((await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? [], subject),
  },
  {
    service: 'vpc',
    code: 'L-DF5E4CA3',
    what: 'network interfaces',
    // Of the load balancers, the attachment, endpoints, NAT gateways and the client; and one in each zone for the security group of each
    // tenant's functions, or one for each task.
    hub: (hub, { tenants }) => {
      const { clientInstance, endpointService } = hub.settings
      const perZone =
        2 +
        interfaceServices(hub.settings).length +
        Number(hasNat(hub.settings)) +
        Number(endpointService !== undefined)
      const ofTenants = tenants.map(({ settings: { compute } }) =>
        compute.kind === 'fargate' ? AT_A_TIME * compute.tier.maximumTasks : zones(hub),
      )
      return ofTenants.reduce((sum, one) => sum + one, zones(hub) * perZone + Number(clientInstance))
    },
    // Of the model endpoint, the attachment, and the endpoint for the private door.
    tenant: ({ settings }) => settings.availabilityZoneIds.length * (2 + Number(settings.gatewayEndpoint)),
    others: async ({ ec2 }, subject) => {
      const filters = [
        { Name: 'tag:project', Values: [subject.project] },
        { Name: 'tag:stack', Values: [subject.stack] },
      ]
      const own = (await ec2.send(new DescribeVpcsCommand({ Filters: filters }))).Vpcs ?? []
      const ids = own.map(({ VpcId }) => VpcId)
      const interfaces = await all(async (NextToken) => {
        const answer = await ec2.send(new DescribeNetworkInterfacesCommand({ NextToken }))
        return [answer.NetworkInterfaces, answer.NextToken]
      })
      return interfaces.filter(({ VpcId }) => !ids.includes(VpcId)).length
    },
  },
  {
    service: 'vpc',
    code: 'L-0EA8095F',
    what: "inbound rules of the load balancer's security group",
    hub: ({ settings: { listener, allowedCidrBlocks, clientInstance, endpointService } }) =>
      inboundRules(listener, allowedCidrBlocks.length + Number(clientInstance), endpointService !== undefined),
  },
  {
    service: 'vpc',
    code: 'L-0EA8095F',
    what: "inbound rules of the shared model endpoint's security group",
    hub: (_hub, { tenants }) => tenants.filter(({ settings }) => settings.modelEndpoint === 'hub').length,
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-53DA6B97',
    what: 'Application Load Balancers',
    hub: () => 1,
    others: balancersOfOthers('application', loadBalancerName),
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-69A177A2',
    what: 'Network Load Balancers',
    hub: ({ settings }) => Number(settings.endpointService !== undefined),
    others: balancersOfOthers('network', privateDoorName),
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-7EED9B64',
    what: 'rules of the load balancer',
    // One rule for CORS preflights, one for each provider of federated people, and for each tenant: one for people (two on Fargate) and one
    // for each machine.
    hub: ({ settings: { federatedProviders } }, { tenants }) =>
      tenants.reduce(
        (sum, { settings }) => sum + (isOnFargate(settings) ? 2 : 1) + machines(settings),
        1 + Object.keys(federatedProviders).length,
      ),
  },
  {
    service: 'fargate',
    code: 'L-3032A538',
    what: 'vCPUs on Fargate',
    // A deployment runs old and new tasks side by side.
    hub: (_hub, { tenants }) =>
      tenants.reduce((sum, { settings: { compute } }) => {
        if (compute.kind !== 'fargate') return sum
        return sum + (AT_A_TIME * compute.tier.maximumTasks * compute.tier.cpuUnits) / 1024
      }, 0),
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-822D1B1B',
    what: 'target groups of the load balancer',
    hub: (_hub, { tenants }) => tenants.length,
  },
  {
    service: 'elasticloadbalancing',
    code: 'L-B22855CB',
    what: 'target groups in the region',
    // The private door has one, too.
    hub: ({ settings }, { tenants }) => tenants.length + Number(settings.endpointService !== undefined),
    others: async ({ elasticloadbalancing }) => {
      const found = await all(async (Marker) => {
        const answer = await elasticloadbalancing.send(new DescribeTargetGroupsCommand({ Marker }))
        return [answer.TargetGroups, answer.NextMarker]
      })
      return found.filter(({ TargetGroupName = '' }) => !TargetGroupName.startsWith(`${PREFIX}-`)).length
    },
  },
  {
    service: 'logs',
    code: 'L-C7B9AAAB',
    what: 'log groups',
    // Log groups of the trail, its writer and the flow logs. The quota is a million, so existing groups are not counted.
    hub: (_hub, { tenants }) => tenants.length + 3,
    tenant: ({ settings }) => 1 + Number(settings.modelInvocationLogging),
  },
]

function balancersOfOthers(type: 'application' | 'network', own: string): NonNullable<Need['others']> {
  return async ({ elasticloadbalancing }) => {
    const found = await all(async (Marker) => {
      const answer = await elasticloadbalancing.send(new DescribeLoadBalancersCommand({ Marker }))
      return [answer.LoadBalancers, answer.NextMarker]
    })
    return found.filter(({ LoadBalancerName, Type }) => Type === type && LoadBalancerName !== own).length
  }
}

/** Reads all pages of a list: `read` returns a page's items and the token of the next page. */
async function all<T>(
  page: (token: string | undefined) => Promise<readonly [items: readonly T[] | undefined, next: string | undefined]>,
): Promise<readonly T[]> {
  const found: T[] = []
  let token: string | undefined
  do {
    const [items = [], next] = await page(token)
    found.push(...items)
    token = next || undefined
  } while (token !== undefined)
  return found
}

/** Subtracts what this stack itself has made already. */
const notOurs = (found: readonly { readonly Tags?: Tag[] | undefined }[], { project, stack }: Subject): number =>
  found.filter(({ Tags = [] }) => {
    const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value
    return tag('project') !== project || tag('stack') !== stack
  }).length
