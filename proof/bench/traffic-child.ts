/**
 * A hub and a number of tenants by the in-process engine, and requests through its gateway, in a separate process. Two such processes with
 * different numbers of tenants are asked in turns, because on a busy machine only the ratio means something.
 */

import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import { callGateway } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import { openGateway } from '../../cli/local/gateway-ports.ts'
import program from '../../index.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../soak/tenants.ts'
import { childOf } from './child-side.ts'

/** `change`: a resource in the ledger is changed before each request, as happens while another tenant is being deployed. */
export interface Order {
  readonly calls: number
  readonly change: boolean
}

export interface Answered {
  /** Milliseconds of each request, from its connection to the last byte. */
  readonly milliseconds: readonly number[]
  /** Processor time of all requests in the local cloud and its client; functions run in other processes. */
  readonly cpuMilliseconds: number
}

/** The number of clients, the same for every number of tenants, because every function is a process whose time would be measured with it. */
const SENDERS = 2
const PASSWORD = 'correct horse battery staple A1!'

interface Sender {
  readonly tenantId: string
  readonly token: string
}

await childOf<Order, Answered>(async ({ directory, count, progress }) => {
  const tenants = tenantsOf(count)
  const cloud = await startCloud({ directory, organization: organizationOf(tenants) })
  const hub = parseHubOutputs(await cloud.deploy(hubStack(), program), 'hub')
  for (const [index, tenant] of tenants.entries()) {
    await cloud.deploy(spokeStack(tenant, index), program)
    progress(index + 1)
  }
  const gateway = await openGateway(cloud, hub, LAPTOP, { https: 0, http: 0 })
  const senders = await sendersOf(
    cloud,
    hub,
    // The first and the last tenant are asked, so that a position near the start of a list is no advantage.
    [...tenants.slice(0, 1), ...tenants.slice(1 - SENDERS)].map(({ id }) => id),
  )
  const via = { port: gateway.port, caFile: cloud.authority.caFile }

  async function send({ tenantId, token }: Sender): Promise<number> {
    const started = performance.now()
    const body = { prompt: 'Who are you?' }
    const path = `/${tenantId}/invoke`
    const answer = await callGateway(hub.gatewayUrl, via, { method: 'POST', path, token, body })
    if (answer.status !== 200) throw new Error(`${tenantId} was answered ${answer.status}: ${answer.body}`)
    return performance.now() - started
  }

  return {
    async answer({ calls, change }) {
      const milliseconds: number[] = []
      const before = process.cpuUsage()
      for (let call = 0; call < calls; call += 1) {
        if (change) await touch(cloud)
        milliseconds.push(await send(senders[call % senders.length] as Sender))
      }
      const { user, system } = process.cpuUsage(before)
      return { milliseconds, cpuMilliseconds: (user + system) / 1000 }
    },
    close: () => cloud.close(),
  }
})

/** Makes a change that affects no network path and no permission. */
async function touch({ ledger }: LocalCloud): Promise<void> {
  const [group] = ledger.all('aws:cloudwatch/logGroup:LogGroup')
  if (!group) throw new Error('The programs declare no log group any more.')
  await ledger.put({ ...group, outputs: { ...group.outputs, touched: String(ledger.version) } })
}

async function sendersOf(cloud: LocalCloud, hub: HubOutputs, tenantIds: readonly string[]): Promise<readonly Sender[]> {
  const { port, close } = await cloud.wire.open(LAPTOP)
  const local = { port, caFile: cloud.authority.caFile }
  const users = cognitoClient(hub.region, { local, credentials: cloud.signIn() })
  const senders: Sender[] = []
  for (const tenantId of tenantIds) {
    const email = `user@${tenantId}.example.com`
    await createUser(users, { userPoolId: hub.userPoolId, tenantId, username: email, email }, PASSWORD)
    const token = await signIn(users, { clientId: hub.userPoolClientId, username: email, password: PASSWORD })
    senders.push({ tenantId, token })
  }
  users.destroy()
  await close()
  return senders
}
