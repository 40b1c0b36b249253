/** What `npm start -- --variant private` shows: who reaches the gateway over PrivateLink, who does not, and what stops them. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Hop, Origin, Path, Refusal } from '@genai/local-cloud/network/path'
import { reach } from '@genai/local-cloud/network/reach'
import type { HubOutputs } from '../../shared/contract.ts'
import { messageOf } from '../verb.ts'
import type { DemoTenant } from './deploy.ts'
import { acceptConnection, deployClients, deployPartner, PARTNER } from './partner.ts'
import { callGateway, type GatewayAnswer } from './request.ts'

/** An attempt, and whether it ended as docs/private-door.md says. */
export interface Shown {
  readonly what: string
  readonly ok: boolean
  /** The answer, or what stopped the attempt. */
  readonly outcome: string
  /** Set if a connection was made. */
  readonly hops?: readonly Hop[]
}

export interface Door {
  readonly cloud: LocalCloud
  readonly hub: HubOutputs
  readonly tenants: readonly DemoTenant[]
  /** ID token of the tenant's user. */
  readonly tokenOf: (tenantId: string) => Promise<string>
}

const GATEWAY_PORT = 443

/** @returns nothing if no tenant has an endpoint for the gateway: the stack files are not those of the sample */
export async function showPrivateDoor(door: Door): Promise<readonly Shown[]> {
  const { cloud, hub, tenants } = door
  const { endpointService: service } = hub
  if (!service) return []
  const endpoint = cloud.ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ outputs }) => outputs.serviceName === service.serviceName)
  const tenant = tenants.find(({ stack }) => endpoint?.urn.startsWith(`urn:pulumi:${stack}::`))
  if (!endpoint || !tenant) return []
  const others = tenants.filter(({ account }) => account !== tenant.account)
  return [
    ...(await tenantsClient(door, tenant, endpoint, others[0])),
    ...(service.accounts.includes(PARTNER) ? await partner(door, tenant) : []),
    ...(await Promise.all(others.slice(0, 1).map((other) => unlisted(door, other)))),
  ]
}

async function tenantsClient(
  door: Door,
  { tenantId, account }: DemoTenant,
  { outputs }: Declared,
  other: DemoTenant | undefined,
): Promise<readonly Shown[]> {
  const { tokenOf } = door
  const [subnetId = ''] = outputs.subnetIds as readonly string[]
  const from = await hostIn(door, { vpcId: String(outputs.vpcId), subnetId, account })
  const client = `a client in ${tenantId}'s VPC`
  const own = await ask(door, from, tenantId, await tokenOf(tenantId))
  const shown: Shown[] = [{ what: `${client}, with a token of ${tenantId}`, ...served(own, account) }]
  shown.push({ what: `${client}, without a token`, ...refused(await ask(door, from, tenantId)) })
  if (other === undefined) return shown
  const stranger = await ask(door, from, tenantId, await tokenOf(other.tenantId))
  return [...shown, { what: `${client}, with a token of ${other.tenantId}`, ...refused(stranger) }]
}

async function partner(door: Door, { tenantId }: DemoTenant): Promise<readonly Shown[]> {
  const { cloud, hub } = door
  const asked = await deployPartner(cloud, hub)
  const from = await hostIn(door, { ...asked, account: PARTNER })
  const before = way(door, from, asked.host)
  const waiting: Shown = {
    what: `a partner's endpoint (account ${PARTNER}, listed) that nobody has accepted`,
    ok: !before.reachable && before.layer === 'endpoint',
    outcome: before.reachable ? 'is connected' : `reaches nothing: ${before.reason}`,
  }
  await acceptConnection(cloud, hub, asked.endpointId)
  await deployPartner(cloud, hub, { accepted: true })
  return [
    waiting,
    { what: 'the partner once it was accepted, without a token', ...refused(await ask(door, from, tenantId)) },
  ]
}

async function unlisted({ cloud, hub }: Door, { account }: DemoTenant): Promise<Shown> {
  const what = `account ${account}, which is not listed, asks for an endpoint`
  try {
    await deployPartner(cloud, hub, { profile: profileOf(cloud, account, 'genai-deployer') })
    return { what, ok: false, outcome: 'has one' }
  } catch (error) {
    const outcome = messageOf(error)
    return { what, ok: outcome.includes('InvalidServiceName'), outcome: `is refused: ${outcome}` }
  }
}

interface Place {
  readonly account: string
  readonly vpcId: string
  readonly subnetId: string
}

/** A host that somebody puts into a subnet, with a security group of its own that lets it connect to the endpoint. */
async function hostIn({ cloud, hub: { region } }: Door, { account, vpcId, subnetId }: Place): Promise<Origin> {
  const group = await deployClients(cloud, { region, profile: profileOf(cloud, account, 'administrator'), vpcId })
  return { kind: 'subnet', subnetId, securityGroupIds: [group] }
}

/** The name of the shell profile that is a role of the sample organisation. */
function profileOf({ organization }: LocalCloud, account: string, role: 'genai-deployer' | 'administrator'): string {
  const arn = `arn:aws:iam::${account}:role/${role}`
  const [profile] = Object.entries(organization.profiles ?? {}).find(([, one]) => one === arn) ?? []
  if (profile === undefined) throw new Error(`sample-organization.ts has no profile for ${arn}.`)
  return profile
}

const way = ({ cloud }: Door, from: Origin, host: string): Path | Refusal =>
  reach(cloud.ledger, from, host, GATEWAY_PORT)

interface Asked {
  readonly path: Path | Refusal
  readonly answer?: GatewayAnswer
}

/** Connects by the gateway's own name, over a connection of its own. */
async function ask(door: Door, from: Origin, tenantId: string, token?: string): Promise<Asked> {
  const { cloud, hub } = door
  const host = new URL(hub.gatewayUrl).hostname
  const path = way(door, from, host)
  if (!path.reachable) return { path }
  const { port, close } = await cloud.loadBalancer.open(from, hub.listenerArn, 0, host)
  try {
    const answer = await callGateway(
      hub.gatewayUrl,
      { port, caFile: cloud.authority.caFile },
      {
        method: 'POST',
        path: `/${tenantId}/invoke`,
        body: { prompt: 'Who are you?' },
        ...(token !== undefined && { token }),
      },
    )
    return { path, answer }
  } finally {
    await close()
  }
}

function served({ path, answer }: Asked, account: string): Omit<Shown, 'what'> {
  if (!path.reachable) return unreachable(path)
  const byDoor = path.hops.some(({ kind }) => kind === 'endpoint')
  const ok = answer?.status === 200 && answer.body.includes(account) && byDoor
  return {
    ok,
    outcome: ok ? `was answered over PrivateLink, from account ${account}` : said(answer),
    hops: path.hops,
  }
}

const refused = ({ path, answer }: Asked): Omit<Shown, 'what'> =>
  path.reachable
    ? { ok: answer?.status === 401, outcome: `is connected, and ${said(answer)}`, hops: path.hops }
    : unreachable(path)

const said = (answer: GatewayAnswer | undefined) => `was answered ${answer?.status}`

const unreachable = ({ reason }: Refusal) => ({ ok: false, outcome: `reaches nothing: ${reason}` })
