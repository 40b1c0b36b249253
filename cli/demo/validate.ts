/** Sends one prompt for each tenant through the gateway, and reports what the cloud observed. */
import type { CloudEvent, LocalCloud } from '@genai/local-cloud/cloud'
import type { Hop, Origin, Path } from '@genai/local-cloud/network/path'
import type { Compute } from '../../shared/compute.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { functionName, serviceName } from '../../shared/naming.ts'
import { cognitoClient, type LocalConnection, signIn } from '../hub/cognito.ts'
import type { RunningUser } from '../local/running.ts'
import { messageOf } from '../verb.ts'
import type { DemoTenant } from './deploy.ts'
import { type DemoMachine, machineToken } from './machine.ts'
import { callGateway, type Via } from './request.ts'

export interface Leg {
  readonly from: string
  readonly to: string
  readonly hops: readonly Hop[]
}

export type Validation =
  | {
      readonly tenant: string
      readonly ok: true
      /** The name that the tenant's callers use, and the model id for which it stands. */
      readonly model: string
      readonly modelId: string
      /** Account whose credentials called the model: the call counts against its quota and is on its bill. */
      readonly account: string
      readonly answer: string
      readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly totalTokens: number }
      readonly milliseconds: number
      readonly compute: Compute['kind']
      /** Times of an answer that was requested as a stream, after the gateway has started. */
      readonly stream: { readonly firstMilliseconds: number; readonly milliseconds: number }
      /** The path and the role of the tenant's machine, which was answered too. */
      readonly machine?: { readonly path: string; readonly roleArn: string; readonly milliseconds: number }
      /** From the client to the load balancer, and from the tenant's gateway to the model's endpoint. */
      readonly path: readonly Leg[]
    }
  | { readonly tenant: string; readonly ok: false; readonly account: string; readonly failure: string }

export interface Client {
  readonly origin: Origin
  readonly via: Via
}

const PROMPT = 'In one sentence: what is a hub-and-spoke network?'

/** Events observed since the cloud started; `validate` reads only those that were added while it asked. */
export type Recording = readonly CloudEvent[]

export async function validate(
  hub: HubOutputs,
  tenant: DemoTenant,
  user: RunningUser,
  {
    cloud,
    client,
    local,
    recording,
  }: {
    readonly cloud: LocalCloud
    readonly client: Client
    readonly local: LocalConnection
    readonly recording: Recording
  },
): Promise<Validation> {
  const { tenantId: id, account } = tenant
  const failed = (failure: string): Validation => ({ tenant: id, ok: false, account, failure })
  const before = recording.length
  const cognito = cognitoClient(hub.region, { local })
  try {
    const token = await signIn(cognito, { clientId: hub.userPoolClientId, ...user })
    const started = performance.now()
    const answer = await callGateway(hub.gatewayUrl, client.via, {
      method: 'POST',
      path: `/${id}/invoke`,
      token,
      body: { prompt: PROMPT },
    })
    const milliseconds = Math.round(performance.now() - started)
    if (answer.status !== 200) return failed(`the gateway answered ${answer.status}: ${answer.body.slice(0, 500)}`)
    const { model, output, usage } = JSON.parse(answer.body)
    const seen = observed(recording.slice(before), tenant)
    if (seen === undefined) return failed(`no call of ${gatewayOf(tenant)} reached a model through its endpoint`)
    if (seen.account !== account) return failed(`account ${seen.account} served the request instead of ${account}`)
    const arrival = recording
      .slice(before)
      .findLast((event) => event.source === 'loadBalancer' && event.kind === 'request' && event.path !== undefined)
    const toGateway = arrival && 'path' in arrival && typeof arrival.path === 'object' ? arrival.path.hops : []
    const streamed = await callGateway(hub.gatewayUrl, client.via, {
      method: 'POST',
      path: `/${id}/v1/chat/completions`,
      token,
      body: { model, messages: [{ role: 'user', content: PROMPT }], stream: true },
    })
    if (streamed.status !== 200 || streamed.first === undefined)
      return failed(`a streamed answer was ${streamed.status}: ${streamed.body.slice(0, 500)}`)
    const machine =
      tenant.machine && (await asMachine(cloud, hub, { ...tenant, machine: tenant.machine }, client, local))
    if (machine && machine.status !== 200)
      return failed(`the machine on ${machine.path} was answered ${machine.status}: ${machine.body.slice(0, 500)}`)
    return {
      tenant: id,
      ok: true,
      model,
      modelId: tenant.models[model] ?? model,
      account: seen.account,
      answer: output,
      usage,
      milliseconds,
      compute: tenant.compute,
      stream: { firstMilliseconds: Math.round(streamed.first), milliseconds: Math.round(streamed.milliseconds) },
      ...(machine && {
        machine: { path: machine.path, roleArn: machine.roleArn, milliseconds: Math.round(machine.milliseconds) },
      }),
      path: [
        { from: nameOf(client.origin), to: 'load balancer', hops: toGateway },
        { from: gatewayOf(tenant), to: 'model endpoint', hops: seen.path.hops },
      ],
    }
  } catch (error) {
    return failed(messageOf(error))
  } finally {
    cognito.destroy()
  }
}

/** Sends the same prompt as the tenant's machine, on its own path. */
async function asMachine(
  cloud: LocalCloud,
  { region, gatewayUrl }: HubOutputs,
  { tenantId, machine }: DemoTenant & { readonly machine: DemoMachine },
  { via }: Client,
  local: LocalConnection,
) {
  const path = `/${tenantId}.${machine.name}`
  const answer = await callGateway(gatewayUrl, via, {
    method: 'POST',
    path: `${path}/invoke`,
    token: await machineToken(cloud, machine, region, local),
    body: { prompt: PROMPT },
  })
  return { ...answer, path, roleArn: machine.roleArn }
}

const gatewayOf = ({ tenantId, compute }: DemoTenant) =>
  compute === 'lambda' ? `function ${functionName(tenantId)}` : `task of ${serviceName(tenantId)}`

/** Whether the tenant's gateway made a call. */
function isFrom(origin: Origin, { tenantId, compute }: DemoTenant): boolean {
  return compute === 'lambda'
    ? origin.kind === 'function' && origin.functionName === functionName(tenantId)
    : origin.kind === 'task' && origin.serviceName === serviceName(tenantId)
}

/** The gateway's call of the model, as the network and Bedrock saw it. */
function observed(
  events: Recording,
  tenant: DemoTenant,
): { readonly account: string; readonly path: Path } | undefined {
  for (const event of [...events].reverse()) {
    if (event.source !== 'wire' || event.kind !== 'request' || event.service !== 'bedrock-runtime') continue
    const { from, path, account, status } = event
    if (!isFrom(from, tenant)) continue
    if (status === 200 && account !== undefined && path.target.kind === 'endpoint') return { account, path }
  }
  return undefined
}

/** The declared client instance if there is one, otherwise this computer, somewhere on the internet. */
export function clientOrigin(cloud: LocalCloud): Origin {
  const [instance] = cloud.ledger.all('aws:ec2/instance:Instance')
  return instance ? { kind: 'instance', instanceId: instance.id } : LAPTOP
}

/** This computer in the local cloud's network: an address that is reserved for documentation (RFC 5737). */
export const LAPTOP: Origin = { kind: 'internet', address: '198.51.100.10' }

function nameOf(origin: Origin): string {
  switch (origin.kind) {
    case 'instance':
      return `client instance ${origin.instanceId}`
    case 'internet':
      return `client at ${origin.address}`
    default:
      return origin.kind
  }
}
