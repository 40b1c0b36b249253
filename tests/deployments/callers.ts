/** The tenants' callers: users with tokens, single requests, and traffic that goes on while something is deployed. */

import type { LocalCloud } from '@genai/local-cloud/cloud'
import { callGateway, type GatewayAnswer } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import type { HubOutputs } from '../../shared/contract.ts'

const PASSWORD = 'correct horse battery staple A1!'
/** Between two requests of one tenant's traffic. */
const PAUSE_MILLISECONDS = 50

/** Where they call: a local cloud with a hub in it, whichever engine it was deployed by. */
export interface Served {
  readonly cloud: LocalCloud
  /** Port of the gateway's HTTPS listener on this machine. */
  port(): number
}

export interface Callers {
  /** Makes a user of the tenant, once, and signs it in. */
  token(tenant: string): Promise<string>
  /** Signs that user in anew. */
  signInAgain(tenant: string): Promise<void>
  /** `POST /TENANT/invoke` with the tenant's own token. */
  invoke(tenant: string, body?: unknown): Promise<GatewayAnswer>
  /**
   * Requests of each of these tenants, one after the other, for as long as `work` takes.
   * @returns what each tenant got
   */
  during(tenants: readonly string[], work: () => Promise<unknown>): Promise<ReadonlyMap<string, Share>>
}

export interface Share {
  readonly answered: number
  /** Statuses other than 200, in their order. */
  readonly failed: readonly number[]
  /** From the last good answer before the first bad one to the next good one, the longest of all. */
  readonly outageMilliseconds: number
}

export function callers(place: Served, hub: HubOutputs): Callers {
  const tokens = new Map<string, Promise<string>>()

  const username = (tenantId: string) => `user@${tenantId}.example.com`

  async function withUsers<T>(work: (client: ReturnType<typeof cognitoClient>) => Promise<T>): Promise<T> {
    const { cloud } = place
    const wire = await cloud.wire.open(LAPTOP)
    const local = { port: wire.port, caFile: cloud.authority.caFile }
    const client = cognitoClient(hub.region, { local, credentials: cloud.signIn() })
    try {
      return await work(client)
    } finally {
      client.destroy()
      await wire.close()
    }
  }
  const signedIn = (client: ReturnType<typeof cognitoClient>, tenantId: string) =>
    signIn(client, { clientId: hub.userPoolClientId, username: username(tenantId), password: PASSWORD })

  const newToken = (tenantId: string) =>
    withUsers(async (client) => {
      const user = { username: username(tenantId), email: username(tenantId) }
      await createUser(client, { userPoolId: hub.userPoolId, tenantId, ...user }, PASSWORD)
      return await signedIn(client, tenantId)
    })
  function token(tenant: string): Promise<string> {
    const known = tokens.get(tenant) ?? newToken(tenant)
    tokens.set(tenant, known)
    return known
  }
  async function signInAgain(tenant: string): Promise<void> {
    const renewed = withUsers((client) => signedIn(client, tenant))
    tokens.set(tenant, renewed)
    await renewed
  }
  async function invoke(tenant: string, body: unknown = { prompt: 'Who are you?' }): Promise<GatewayAnswer> {
    const via = { port: place.port(), caFile: place.cloud.authority.caFile }
    const call = { method: 'POST', path: `/${tenant}/invoke`, token: await token(tenant), body } as const
    return await callGateway(hub.gatewayUrl, via, call)
  }

  async function during(tenants: readonly string[], work: () => Promise<unknown>): Promise<ReadonlyMap<string, Share>> {
    await Promise.all(tenants.map(token))
    let stopping = false
    const running = tenants.map(async (tenant) => {
      const answers: Answer[] = []
      // The last one begins when the work has ended: however quick that is, there is traffic before and after.
      let last = false
      while (!last) {
        last = stopping
        // 0: nobody answered at all.
        const status = await invoke(tenant).then(
          (answer) => answer.status,
          () => 0,
        )
        answers.push({ at: performance.now(), status })
        await new Promise((next) => setTimeout(next, PAUSE_MILLISECONDS))
      }
      return [tenant, shareOf(answers)] as const
    })
    try {
      await work()
    } finally {
      stopping = true
      await Promise.all(running)
    }
    return new Map(await Promise.all(running))
  }

  return { token, signInAgain, invoke, during }
}

interface Answer {
  readonly at: number
  readonly status: number
}

function shareOf(answers: readonly Answer[]): Share {
  let lastGood = answers[0]?.at ?? 0
  let failing = false
  let outageMilliseconds = 0
  for (const { at, status } of answers) {
    if (status !== 200) {
      failing = true
      outageMilliseconds = Math.max(outageMilliseconds, at - lastGood)
      continue
    }
    if (failing) outageMilliseconds = Math.max(outageMilliseconds, at - lastGood)
    failing = false
    lastGood = at
  }
  const failed = answers.map(({ status }) => status).filter((status) => status !== 200)
  return { answered: answers.length, failed, outageMilliseconds: Math.round(outageMilliseconds) }
}
