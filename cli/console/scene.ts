/** Turns the ledger into the picture's contents: accounts, networks, the resources in them, and which of them are connected. */
import { isObject } from '@genai/local-cloud/ledger/is-object'
import type { Declared, Value } from '@genai/local-cloud/ledger/ledger'
import { list, type SceneSource, tenantOf } from './declared.ts'
import type { Scene, SceneAccount, SceneNode, Wire } from './messages.ts'
import { apiLabel, apisOf } from './scene-apis.ts'
import { networkOf, type Placed } from './scene-networks.ts'
import { routersOf } from './scene-routers.ts'

export const CLIENT: SceneNode = { id: 'client', kind: 'client', label: 'Clients', note: 'the internet' }

const GATEWAY = 'aws:ec2transitgateway/transitGateway:TransitGateway'
const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'
const VPC = 'aws:ec2/vpc:Vpc'
const FUNCTION = 'aws:lambda/function:Function'
const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'

export function sceneOf(source: SceneSource): Scene {
  const { ledger, organization } = source
  // Resources that were left behind on purpose, such as logs, are not part of the platform.
  const declared = ledger.all().filter(({ urn }) => !urn.endsWith('#retained'))
  const placed: Placed[] = []
  const hub = (ledger.all(GATEWAY)[0] ?? ledger.all(LOAD_BALANCER)[0] ?? declared[0])?.account
  const used = new Map<string, Declared[]>()
  for (const resource of declared) {
    const there = used.get(resource.account)
    if (there) there.push(resource)
    else used.set(resource.account, [resource])
  }
  const accounts = [...used].map(([id, resources]): SceneAccount => {
    const known = organization.accounts.find((account) => account.id === id)
    const networks = resources
      .filter(({ type }) => type === VPC)
      .map((vpc) => networkOf(source, vpc, id === hub, placed))
    const tenants = id === hub ? [] : [...new Set(resources.flatMap((one) => tenantOf(one) ?? []))]
    return {
      id,
      name: known?.name ?? id,
      role: id === hub ? 'hub' : 'spoke',
      tenants,
      networks,
      services: [...apisOf(source, id, resources), ...outside(resources)],
      resources: resources.length,
    }
  })
  accounts.sort((a, b) => (a.role === b.role ? (a.id < b.id ? -1 : 1) : a.role === 'hub' ? -1 : 1))
  const routers = routersOf(source)
  return {
    version: ledger.version,
    client: CLIENT,
    accounts,
    routers,
    wires: wiresOf(source, placed, accounts),
  }
}

/** Functions and distributions that are in no VPC. */
function outside(resources: readonly Declared[]): readonly SceneNode[] {
  return resources.flatMap((resource): readonly SceneNode[] => {
    const { type, id, urn, outputs } = resource
    if (type === FUNCTION && list(outputs, 'elasticNetworkInterfaces').length === 0)
      return [{ id: `function:${id}`, kind: 'function', label: id, note: 'outside any VPC', urn, small: true }]
    if (type === DISTRIBUTION) {
      const [alias] = list(outputs, 'aliases')
      return [{ id: `distribution:${id}`, kind: 'distribution', label: 'CloudFront', note: String(alias ?? id), urn }]
    }
    return []
  })
}

/** Connections that are declared: the listener's rules, attachments, and endpoints to their services. */
function wiresOf(
  { ledger }: SceneSource,
  placed: readonly Placed[],
  accounts: readonly SceneAccount[],
): readonly Wire[] {
  const wires: Wire[] = []
  const join = (from: string | undefined, to: string | undefined) => {
    if (from !== undefined && to !== undefined && !wires.some((one) => one.from === from && one.to === to))
      wires.push({ from, to })
  }
  const nodeOf = (arn: string) => placed.find(({ resource }) => resource.outputs.arn === arn || resource.id === arn)
  const balancers = placed.filter(({ node }) => node.kind === 'loadBalancer')
  for (const { node, resource, network } of balancers) {
    if (resource.outputs.internal !== true) {
      join(CLIENT.id, network.gateway?.id ?? node.id)
      join(network.gateway?.id, node.id)
    }
    for (const target of targetsOf(ledger, String(resource.outputs.arn))) join(node.id, nodeOf(target)?.node.id)
  }
  const attachments = placed.filter(({ node }) => node.kind === 'attachment')
  for (const { node, resource } of attachments) join(node.id, `transitGateway:${resource.outputs.transitGatewayId}`)
  for (const { node, resource, network } of placed) {
    const uplink = attachments.find((one) => one.network === network)?.node.id
    if (node.kind === 'endpoint') {
      for (const api of servedBy(String(resource.outputs.serviceName), resource.account, accounts)) join(node.id, api)
      const service = ledger.findBy(ENDPOINT_SERVICE, 'serviceName', String(resource.outputs.serviceName))
      for (const arn of list(service?.outputs ?? {}, 'networkLoadBalancerArns'))
        join(node.id, nodeOf(String(arn))?.node.id)
      if (isModels(resource) && !balancers.some((one) => one.network === network)) join(uplink, node.id)
    }
    if ((node.kind === 'function' || node.kind === 'tasks') && node.tenant !== undefined) {
      join(node.id, uplink)
      const own = placed.find((one) => one.network === network && isModels(one.resource))
      join(node.id, own?.node.id)
    }
  }
  return wires
}

const ENDPOINT_SERVICE = 'aws:ec2/vpcEndpointService:VpcEndpointService'

const isModels = ({ outputs }: Declared) => String(outputs.serviceName).endsWith('.bedrock-runtime')

/** Nodes of the service to which an endpoint leads: in its own account or, if it has none there, in the other accounts that call the service. */
function servedBy(serviceName: string, account: string, accounts: readonly SceneAccount[]): readonly string[] {
  const service = serviceName.replace(/^com\.amazonaws\.[a-z0-9-]+\./, '')
  const id = (of: string) => `api:${of}:${apiLabel(service)}`
  const has = (of: SceneAccount) => of.services.some((node) => node.id === id(of.id))
  const own = accounts.filter((one) => one.id === account && has(one))
  const found = own.length > 0 ? own : accounts.filter((one) => has(one) && !hasEndpoint(one, service))
  return found.map((one) => id(one.id))
}

const hasEndpoint = ({ networks }: SceneAccount, service: string) =>
  networks.some(({ tiers }) =>
    tiers.some(({ nodes }) => nodes.some(({ kind, note }) => kind === 'endpoint' && note === service)),
  )

/** ARNs or ids of the targets to which a load balancer's rules forward. */
function targetsOf(ledger: SceneSource['ledger'], balancerArn: string): readonly string[] {
  const listeners = ledger.where('aws:lb/listener:Listener', 'loadBalancerArn', balancerArn)
  const rules = listeners.flatMap(({ outputs }) =>
    ledger.where('aws:lb/listenerRule:ListenerRule', 'listenerArn', String(outputs.arn)),
  )
  const actions = [
    ...listeners.flatMap(({ outputs }) => list(outputs, 'defaultActions')),
    ...rules.flatMap(({ outputs }) => list(outputs, 'actions')),
  ]
  const groups = [...new Set(actions.flatMap((action) => groupsIn(action)))]
  return groups.flatMap((group) => [
    ...ledger
      .where('aws:lb/targetGroupAttachment:TargetGroupAttachment', 'targetGroupArn', group)
      .map(({ outputs }) => String(outputs.targetId)),
    ...ledger
      .all('aws:ecs/service:Service')
      .filter(({ outputs }) =>
        list(outputs, 'loadBalancers').some((one) => isObject(one) && one.targetGroupArn === group),
      )
      .map(({ id }) => id),
  ])
}

function groupsIn(action: Value): readonly string[] {
  if (!isObject(action)) return []
  const { targetGroupArn, forward } = action
  const more = isObject(forward) ? list(forward, 'targetGroups').flatMap((one) => groupsIn(one)) : []
  const arn =
    typeof targetGroupArn === 'string'
      ? [targetGroupArn]
      : isObject(action) && typeof action.arn === 'string'
        ? [action.arn]
        : []
  return [...arn, ...more]
}
