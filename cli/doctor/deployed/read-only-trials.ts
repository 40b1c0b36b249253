/** Asks the questions that need no change: by a user's requests, and by AWS calls that only read. */
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { parseModel } from '../../../shared/policies/models.ts'
import { setCommand } from '../../../shared/settings/commands.ts'
import { type Answer, failed, notAsked, ok, unclear } from '../check.ts'
import { NoAccess, type TenantSubject } from '../subjects.ts'
import { type Gateway, type GatewayReply, quoted, sayYes } from './gateway.ts'
import type { Deployed } from './question.ts'

const SIGN_IN =
  'Sign in first: eval "$(npm run -s login -- TENANT …)", with the three flags of a deployed hub (login --help), and ask again.'

const modelsOf = (tenantId: string) => `/${tenantId}/v1/models`

/** Asked as a signed-in user, or not at all. */
export async function asUser(
  { gateway, noUser }: Deployed,
  ask: (gateway: Gateway) => Promise<Answer>,
): Promise<Answer> {
  return gateway
    ? await ask(gateway)
    : (noUser ?? notAsked('This shell is not signed in as a user of a tenant.', SIGN_IN))
}

const isHttps = ({ world }: Deployed) => world.hub?.settings.listener.kind !== 'insecureHttp'
const NO_TLS = notAsked(
  'The listener has no TLS: the load balancer checks no token.',
  'Nothing: the demo has one check less.',
)

/** Asked without a token. */
export async function refusal(deployed: Deployed): Promise<Answer> {
  if (!isHttps(deployed)) return NO_TLS
  return await asUser(deployed, async (gateway) => {
    const reply = await gateway.call(modelsOf(gateway.tenantId), { token: 'none' })
    return byLoadBalancer(reply, [401])
  })
}

/** Asked with a user's token, for another tenant's path. */
export async function foreignToken(deployed: Deployed): Promise<Answer> {
  if (!isHttps(deployed)) return NO_TLS
  return await asUser(deployed, async (gateway) => {
    const other = deployed.world.tenants.find(({ settings }) => settings.tenantId !== gateway.tenantId)
    if (!other) return notAsked('There is one tenant.', 'Deploy a second one, and ask again.')
    const reply = await gateway.call(modelsOf(other.settings.tenantId))
    // No rule has this path.
    if (reply.status === 404 && reply.requestId === undefined)
      return notAsked(`${other.settings.tenantId} is not deployed: ${quoted(reply)}`, 'Deploy it, and ask again.')
    return byLoadBalancer(reply, [401, 403])
  })
}

/** Tells whether the load balancer itself refused. If the gateway answered, the first lock did not hold. */
function byLoadBalancer(reply: GatewayReply, statuses: readonly number[]): Answer {
  const said = quoted(reply)
  if (reply.requestId !== undefined || reply.status < 400)
    return failed(said, 'The load balancer let it through: look at the jwt-validation action of the tenant’s rule.')
  if (statuses.includes(reply.status)) return ok(said)
  return failed(said, 'Clients and docs/api.md expect another status; report it.')
}

/** Asks with a user's own token: an answer with a request id passed the load balancer's check. */
export async function keySetOfLoadBalancer(deployed: Deployed): Promise<Answer> {
  if (!isHttps(deployed)) return NO_TLS
  const { keySetVia } = deployed.world.hub?.settings ?? {}
  if (keySetVia !== 'endpoint')
    return notAsked(`keySetVia is ${keySetVia}: there is no private name beside the public one.`, 'Nothing to do.')
  return await asUser(deployed, (gateway) =>
    reached(gateway, 'Set keySetVia to table, nat or inline, and `pulumi up -s hub`.'),
  )
}

/** The same for a load balancer without a public address, which fetches the key set through a NAT gateway. */
export async function keySetOfInternal(deployed: Deployed): Promise<Answer> {
  return await asUser(deployed, async (gateway) =>
    deployed.world.hub?.settings.loadBalancer === 'internal'
      ? await reached(gateway, 'Set loadBalancer to public: without a key set no token is let in.')
      : notAsked('The load balancer is public: it has no need of NAT.', 'Nothing to do.'),
  )
}

async function reached(gateway: Gateway, remedy: string): Promise<Answer> {
  const reply = await gateway.call(modelsOf(gateway.tenantId))
  return reply.requestId === undefined ? failed(quoted(reply), remedy) : ok(quoted(reply))
}

export async function keySetOfGateway(deployed: Deployed): Promise<Answer> {
  const { keySetVia } = deployed.world.hub?.settings ?? {}
  if (keySetVia !== 'endpoint')
    return notAsked(`keySetVia is ${keySetVia}: the functions do not ask the endpoint.`, 'Nothing to do.')
  return await asUser(deployed, async (gateway) => {
    const reply = await gateway.call(modelsOf(gateway.tenantId))
    const said = quoted(reply)
    if (reply.status === 200) return ok(said)
    if (reply.code === 'identity_unavailable' || reply.status === 503)
      return failed(said, 'Set keySetVia to table, nat or inline, and `pulumi up -s hub`.')
    return unclear(said, 'It ended before or after the key set; see the audit trail (npm run genai -- audit).')
  })
}

export async function severalGroups(deployed: Deployed): Promise<Answer> {
  if (!isHttps(deployed)) return NO_TLS
  return await asUser(deployed, async (gateway) => {
    if (gateway.groups.length < 2)
      return notAsked(
        `The user's token has ${gateway.groups.length} group: ${gateway.groups.join(', ')}.`,
        'Make a test user a member of a second group (aws cognito-idp admin-add-user-to-group), sign in as that user, and ask again.',
      )
    const reply = await gateway.call(modelsOf(gateway.tenantId))
    const said = `groups ${gateway.groups.join(', ')}: ${quoted(reply)}`
    if (reply.requestId !== undefined) return ok(said)
    return failed(
      said,
      `Set groupCheck to gateway in the stack file of each tenant that has users of several groups (${setCommand(deployed.tenant?.stack ?? 'spoke-TENANT', 'groupCheck', 'gateway')}), and run its up. Or leave each user in the one group of its tenant, as npm run tenant -- user add makes it.`,
    )
  })
}

/** Makes so many calls that Bedrock probably sends some of them to another region. */
const CALLS = 5

export async function sourceVpce(deployed: Deployed): Promise<Answer> {
  return await asUser(deployed, async (gateway) => {
    const { tenant } = deployed
    if (!tenant) return notAsked(`The stack file of ${gateway.tenantId} is not here.`, 'Copy it here, and ask again.')
    const { models, modelRegions } = tenant.settings
    const profiles = Object.entries(models).filter(
      ([, id]) => parseModel(id, tenant.region, modelRegions).kind === 'inferenceProfile',
    )
    if (profiles.length === 0)
      return notAsked('The tenant has no model behind a profile.', 'Nothing to do: requests stay in the region.')
    const replies: string[] = []
    let denied = false
    for (const [model] of profiles) {
      const statuses: string[] = []
      for (let call = 0; call < CALLS; call++) {
        const reply = await sayYes(gateway, model)
        statuses.push(reply.status === 200 ? '200' : quoted(reply))
        denied ||= reply.code === 'model_access_denied'
      }
      replies.push(`${model}: ${statuses.join(', ')}`)
    }
    const said = replies.join('; ')
    if (denied)
      return failed(
        said,
        `Set modelPerimeter to homeRegion in Pulumi.${tenant.stack}.yaml, print the guard rails again (npm run genai -- guardrails), and report it.`,
      )
    return elsewhere(await servedBy(tenant), said, tenant.region)
  })
}

/** For a tenant at the hub's endpoint: its role allows calls from the hub's VPC, and no others. */
export async function sharedEndpoint(deployed: Deployed): Promise<Answer> {
  return await asUser(deployed, async (gateway) => {
    const { tenant } = deployed
    if (tenant?.settings.modelEndpoint !== 'hub')
      return notAsked(
        `${gateway.tenantId} has no modelEndpoint hub.`,
        'Sign in as a user of a tenant that has, or leave it: nothing of this tenant depends on it.',
      )
    const reply = await sayYes(gateway, tenant.settings.defaultModel)
    if (reply.status === 200) return ok(quoted(reply))
    if (reply.code === 'model_access_denied')
      return failed(quoted(reply), `Set modelEndpoint to own in Pulumi.${tenant.stack}.yaml, and report it.`)
    return unclear(quoted(reply), 'It ended for another reason; see the audit trail (npm run genai -- audit).')
  })
}

/** CloudTrail has an event some minutes after its call. */
function elsewhere(regions: ReadonlyMap<string, number>, said: string, home: string): Answer {
  const served = [...regions].map(([region, count]) => `${count} by ${region}`).join(', ')
  const recorded = `CloudTrail of the last day: ${served === '' ? 'no call of a model that was answered' : served}`
  if ([...regions.keys()].some((region) => region !== home)) return ok(`${said}. ${recorded}`)
  return unclear(
    `${said}. ${recorded}`,
    `Ask again in a quarter of an hour: none that another region than ${home} answered is recorded yet. Bedrock sends requests there under load.`,
  )
}

const SOURCE = 'bedrock.amazonaws.com'
const CALLS_OF_MODELS = ['Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream']
const DAY_MILLISECONDS = 24 * 3_600_000
/** CloudTrail answers at most two lookups a second. */
const PAGES = 4

/** Answered calls of models, by the region that answered. */
async function servedBy(tenant: TenantSubject): Promise<ReadonlyMap<string, number>> {
  const { cloudtrail } = await tenant.clients()
  const regions = new Map<string, number>()
  let token: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const { Events: events = [], NextToken: next } = await cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue: SOURCE }],
        StartTime: new Date(Date.now() - DAY_MILLISECONDS),
        MaxResults: 50,
        ...(token !== undefined && { NextToken: token }),
      }),
    )
    for (const { CloudTrailEvent: text = '{}' } of events) {
      const event = JSON.parse(text) as Recorded
      if (event.errorCode !== undefined || !CALLS_OF_MODELS.includes(event.eventName ?? '')) continue
      const region = event.additionalEventData?.inferenceRegion ?? tenant.region
      regions.set(region, (regions.get(region) ?? 0) + 1)
    }
    if (next === undefined) break
    token = next
  }
  return regions
}

interface Recorded {
  readonly eventName?: string
  readonly errorCode?: string
  readonly additionalEventData?: { readonly inferenceRegion?: string }
}

const PARKING = 'genai-hub-parking'

/** Network interfaces that a removed tenant's function has left behind: while there are some, the hub's VPC cannot be destroyed. */
export async function leftInterfaces({ world: { hub } }: Deployed): Promise<Answer> {
  if (!hub) throw new NoAccess("The hub's stack file is not here.", 'Copy it here, and ask again.')
  const { ec2 } = await hub.clients()
  const { NetworkInterfaces: found = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-name', Values: [PARKING] }] }),
  )
  const said = `${found.length} interfaces in ${PARKING}${found.length === 0 ? '' : `: ${found.map(({ NetworkInterfaceId, Status }) => `${NetworkInterfaceId} ${Status}`).join(', ')}`}`
  if (found.length > 0)
    return failed(
      said,
      'If they stay for a day after their tenant’s destroy: docs/operations.md, "Destroying"; and report it.',
    )
  return unclear(said, 'It means something after a tenant was destroyed: ask again then, an hour later.')
}
