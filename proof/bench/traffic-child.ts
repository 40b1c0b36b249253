/**
 * A hub and so many tenants by the in-process engine, and requests through its gateway, in a process of its own. Two of them with different
 * numbers of tenants are asked in turns: the ratio is what a busy machine leaves standing.
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

/** `change`: something of the ledger changes before each request, as while another tenant is being deployed. */
export interface Order {
  readonly calls: number
  readonly change: boolean
}

export interface Answered {
  /** Of each request, from its connection to the last byte. */
  readonly milliseconds: readonly number[]
  /** Processor time of all of them in the local cloud and its client; functions run in other processes. */
  readonly cpuMilliseconds: number
}

/** As many send requests, however many there are: every function is a process, which would be measured with it. */
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
    // The first and the last: neither end of a list is nearer.
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

/** A change that nobody's path or permission depends on. */
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
