/** Resolves a host name, from inside a VPC or from the internet. */

import { CLOUDFRONT_REGION, DISTRIBUTION } from '../aws/cloudfront/names.ts'
import { domainOf } from '../aws/cognito/managed-login/domain.ts'
import { USER_POOL_DOMAIN } from '../aws/cognito/resources/user-pool-domain.ts'
import { endpointServices } from '../aws/ec2/endpoint-services.ts'
import { networkInterfacesOf } from '../aws/ec2/network-interfaces.ts'
import { prefixLists } from '../aws/ec2/prefix-lists.ts'
import { ENDPOINT_SERVICE, hasPrivateDns, isVerified, serviceNamed } from '../aws/ec2/private-link.ts'
import { VPC_ENDPOINT } from '../aws/ec2/resources/vpc-endpoint.ts'
import { formatAddress, parseCidr } from '../cidr.ts'
import type { Declared } from '../ledger/ledger.ts'
import type { Index } from '../ledger/ledger-index.ts'
import { known, objects, text, texts } from '../resource/values.ts'
import { Stopped } from './stopped.ts'
import type { Topology } from './topology.ts'

export interface Resolution {
  readonly addresses: readonly string[]
  /** Set for a public address of an AWS service, which belongs to no declared resource. */
  readonly service?: { readonly service: string; readonly region: string }
}

/** An alias record may lead to another alias. More than this many are taken for a loop. */
const ALIASES_FOLLOWED = 8

/**
 * @param vpcId the VPC whose resolver is used; `undefined` for a public resolver
 * @throws Stopped `dns` for a name that does not resolve
 */
export function resolve(topology: Topology, host: string, vpcId: string | undefined): Resolution {
  if (vpcId !== undefined && topology.vpc(vpcId).outputs.enableDnsSupport === false)
    throw new Stopped(
      'dns',
      `${vpcId} has DNS support turned off, so that no name resolves in it: set enableDnsSupport`,
    )
  return resolveName(topology, host.toLowerCase().replace(/\.$/, ''), vpcId, ALIASES_FOLLOWED)
}

function resolveName(topology: Topology, name: string, vpcId: string | undefined, followed: number): Resolution {
  if (isAddress(name)) return { addresses: [name] }
  return (
    endpointName(topology, name) ??
    privateName(topology, name, vpcId) ??
    privateLinkName(topology, name, vpcId) ??
    serviceName(name) ??
    userPoolName(topology, name) ??
    loadBalancerName(topology, name) ??
    distributionName(topology, name) ??
    recordName(topology, name, vpcId, followed) ??
    websiteName(topology, name) ??
    otherServiceName(name) ??
    notFound(name)
  )
}

/** The domain of a declared user pool. */
function userPoolName({ ledger }: Topology, name: string): Resolution | undefined {
  const { domain, region } = domainOf(name) ?? {}
  if (domain === undefined || region === undefined) return undefined
  if (ledger.find(USER_POOL_DOMAIN, domain)?.region !== region) return undefined
  return { addresses: [publicAddress('cognito-idp', region)], service: { service: 'cognito-idp', region } }
}

/** CloudFront serves a distribution's own name. Its other names are DNS records that point to that name. */
function distributionName({ ledger }: Topology, name: string): Resolution | undefined {
  if (!ledger.findBy(DISTRIBUTION, 'domainName', name)) return undefined
  return {
    addresses: [publicAddress('cloudfront', CLOUDFRONT_REGION)],
    service: { service: 'cloudfront', region: CLOUDFRONT_REGION },
  }
}

function websiteName({ websites }: Topology, name: string): Resolution | undefined {
  if (!websites.has(name)) return undefined
  return { addresses: [publicAddress(name, 'us-east-1')], service: { service: name, region: 'us-east-1' } }
}

function notFound(name: string): never {
  throw new Stopped('dns', `${name} does not resolve: it is no endpoint, load balancer, declared record or AWS service`)
}

export const isAddress = (host: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(host)

/** An endpoint's own names resolve everywhere, and always to its private addresses. */
function endpointName({ ledger, subnet }: Topology, name: string): Resolution | undefined {
  if (!name.endsWith('.vpce.amazonaws.com')) return undefined
  const [endpoint] = ledger.lookUp(ENDPOINTS_BY_NAME, name)
  if (!endpoint) return undefined
  const interfaces = networkInterfacesOf(endpoint)
  // A name such as `vpce-0…-12345678-us-east-1a.bedrock-runtime…` resolves to the address in that zone only.
  const [first = ''] = name.split('.')
  const inZone = interfaces.filter(({ subnetId }) =>
    first.endsWith(`-${known(subnet(subnetId).outputs, 'availabilityZone')}`),
  )
  return { addresses: (inZone.length > 0 ? inZone : interfaces).map(({ privateIp }) => privateIp) }
}

/** Private DNS: an interface endpoint replaces the public name of its service, within its VPC. */
function privateName({ ledger }: Topology, name: string, vpcId: string | undefined): Resolution | undefined {
  const endpoint = [name, anyLabel(name)]
    .flatMap((one) => ledger.lookUp(ENDPOINTS_BY_NAME, one))
    .find((one) => one.outputs.vpcId === vpcId && one.outputs.privateDnsEnabled === true)
  return endpoint && { addresses: networkInterfacesOf(endpoint).map(({ privateIp }) => privateIp) }
}

/** The private name of an endpoint service, in a VPC that has a connected endpoint with private DNS for it. */
function privateLinkName({ ledger }: Topology, name: string, vpcId: string | undefined): Resolution | undefined {
  if (vpcId === undefined) return undefined
  for (const { outputs } of ledger.where(ENDPOINT_SERVICE, 'privateDnsName', name)) {
    const service = serviceNamed(ledger, known(outputs, 'serviceName'))
    if (!service || !isVerified(ledger, service)) continue
    const endpoint = ledger
      .where(VPC_ENDPOINT, 'serviceName', service.serviceName)
      .find((one) => one.outputs.vpcId === vpcId && hasPrivateDns(ledger, one.id))
    if (endpoint) return { addresses: networkInterfacesOf(endpoint).map(({ privateIp }) => privateIp) }
  }
  return undefined
}

const dnsNames = (endpoint: Declared): readonly string[] =>
  objects(endpoint.outputs, 'dnsEntries').map((entry) => known(entry, 'dnsName').toLowerCase())

const ENDPOINTS_BY_NAME: Index = { type: VPC_ENDPOINT, keysOf: dnsNames }

const SERVICE_NAME = /^[a-z0-9.-]+\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/

/** The key for an endpoint that serves all names below a domain. */
const anyLabel = (name: string) => name.replace(/^[^.]+/, '*')

/** If the credentials' account is known, SDK clients call DynamoDB by a name that contains the account. */
const ACCOUNT_NAME = /^\d{12}\.ddb\.([a-z0-9-]+)\.amazonaws\.com$/

function serviceName(given: string): Resolution | undefined {
  const name = given.replace(ACCOUNT_NAME, 'dynamodb.$1.amazonaws.com')
  const [, region = ''] = SERVICE_NAME.exec(name) ?? []
  const found = endpointServices(region).find(({ privateDnsName }) => [name, anyLabel(name)].includes(privateDnsName))
  return found && { addresses: [publicAddress(found.label, region)], service: { service: found.label, region } }
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/
/** Labels in the names of resources (load balancers, endpoints, instances). Such a name resolves only if the resource exists. */
const OF_RESOURCES: ReadonlySet<string> = new Set(['elb', 'vpce', 'compute', 'compute-1'])

/**
 * A name of an AWS service for which no endpoint can be made here, such as `ec2.us-east-1.amazonaws.com` or `iam.amazonaws.com`. It resolves to
 * a public address, where the service is served or refused by name.
 */
function otherServiceName(name: string): Resolution | undefined {
  const [, prefix, domain] = /^(.+)\.(amazonaws\.com|api\.aws)$/.exec(name) ?? []
  const labels = prefix?.split('.') ?? []
  if (labels.length === 0 || labels.some((label) => OF_RESOURCES.has(label))) return undefined
  const last = labels.at(-1) ?? ''
  const region = REGION.test(last) ? last : undefined
  const [service = '', ...more] = (region === undefined ? labels : labels.slice(0, -1)).reverse()
  // There is no region of this name, so the name does not resolve: `cognito-idp.mars-1.amazonaws.com`.
  if (region === undefined && more.length > 0 && service !== 's3') return undefined
  // A name of another form must not be taken for a service that exists. The name of a bucket belongs to S3.
  const isPlain = region !== undefined && domain === 'amazonaws.com' && more.length === 0
  return {
    addresses: [publicAddress(service, region ?? 'us-east-1')],
    service: { service: isPlain || service === 's3' ? service : name, region: region ?? 'us-east-1' },
  }
}

/** An address of 52.46.0.0/16, which belongs to AWS. A service with a prefix list gets an address from that list. */
function publicAddress(service: string, region: string): string {
  const list = prefixLists(region).find(({ name }) => name === `com.amazonaws.${region}.${service}`)
  const [block = '52.46.0.0/16'] = list?.cidrBlocks ?? []
  const { first, last } = parseCidr(block)
  const sum = [...`${service}.${region}`].reduce((total, character) => total * 31 + character.charCodeAt(0), 7)
  return formatAddress(first + 1 + (sum % (last - first - 1)))
}

export const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'

function loadBalancerName({ ledger }: Topology, name: string): Resolution | undefined {
  const bare = name.replace(/^dualstack\./, '')
  const found = ledger.all(LOAD_BALANCER).find(({ outputs }) => text(outputs, 'dnsName')?.toLowerCase() === bare)
  if (!found) return undefined
  const interfaces = networkInterfacesOf(found)
  const addresses =
    found.outputs.internal === true
      ? interfaces.map((one) => one.privateIp)
      : interfaces.flatMap((one) => one.publicIp ?? [])
  return { addresses }
}

function recordName(
  topology: Topology,
  name: string,
  vpcId: string | undefined,
  followed: number,
): Resolution | undefined {
  const records = topology.ledger
    .all('aws:route53/record:Record')
    .filter(
      ({ outputs }) => (text(outputs, 'fqdn') ?? text(outputs, 'name'))?.toLowerCase().replace(/\.$/, '') === name,
    )
  for (const { outputs } of records) {
    const alias = objects(outputs, 'aliases')[0]
    const values = texts(outputs, 'records')
    if (outputs.type === 'A' && !alias) return { addresses: values }
    const next = outputs.type === 'CNAME' ? values[0] : outputs.type === 'A' && alias ? known(alias, 'name') : undefined
    if (next === undefined) continue
    if (followed === 0) throw new Stopped('dns', `The records of ${name} lead round in a circle`)
    return resolveName(topology, next.toLowerCase().replace(/\.$/, ''), vpcId, followed - 1)
  }
  return undefined
}
