/** The platform that the clients call, and what a client is told of it. */
import { loginVariables } from '../../cli/hub/login-variables.ts'
import { caVariables } from '../../cli/local/ca-bundle.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { organization } from '../../sample-organization.ts'
import { guardRails } from '../../shared/policies/service-control.ts'
import { ask, type Client } from './clients.ts'
import { type Scenario, TENANT_MODELS, TOLD, type Told } from './scenarios.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

const TENANT = 'tenant2'
const REGION = 'us-east-1'

export const WAYS = ['the load balancer', 'the server'] as const
export type Way = (typeof WAYS)[number]

export interface Fixture {
  readonly platform: Platform
  /**
   * Runs a client through a scenario and checks what came of it.
   * @param way what the client connects to. @default the load balancer, which has a function answer
   */
  run(client: Client, scenario: Scenario, way?: Way): Promise<void>
  /** The environment of a shell that has signed in. */
  shell(): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

export async function openFixture(): Promise<Fixture> {
  const modelIds = Object.values(TENANT_MODELS)
  const accounts = organization.accounts.map((account) =>
    account.name === TENANT
      ? { ...account, models: modelIds, serviceControlPolicies: [guardRails({ region: REGION, modelIds })] }
      : account,
  )
  const platform = await startPlatform({
    organization: { ...organization, accounts },
    settings: { [`spoke-${TENANT}`]: { models: TENANT_MODELS, defaultModel: TOLD.MODEL } },
  })
  const tokenOf = renewing(platform)
  const env = {
    ...TOLD,
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    BASE_URL: `${platform.localUrl}/${TENANT}`,
    // Each library reads the name of the authority's file from somewhere else.
    NODE_EXTRA_CA_CERTS: platform.caFile,
    SSL_CERT_FILE: platform.caFile,
    REQUESTS_CA_BUNDLE: platform.caFile,
    AWS_CA_BUNDLE: platform.caFile,
  }
  let server: Promise<ServerProcess> | undefined
  const serverProcess = () => {
    server ??= startServerProcess(platform, TENANT)
    return server
  }
  return {
    platform,
    async run(client, { name, fault, strangersToken: strange, check }, way = 'the load balancer') {
      const at = way === 'the server' ? { ...env, BASE_URL: (await serverProcess()).url } : env
      const TOKEN = await tokenOf(strange ? 'tenant1' : TENANT)
      const injected = fault && platform.cloud.faults.add(fault)
      try {
        const told = await ask(client, name, { ...at, TOKEN })
        check(told as Told, injected?.hits ?? 0)
      } finally {
        injected?.remove()
      }
    },
    shell: async () => ({
      ...loginVariables({
        gatewayUrl: platform.localUrl,
        tenant: TENANT,
        token: await tokenOf(TENANT),
        region: REGION,
      }),
      ...caVariables(platform.caFile, platform.caFile),
      PATH: env.PATH,
      HOME: env.HOME,
    }),
    async close() {
      await (await server)?.close()
      await platform.close()
    },
  }
}

/** A token lives for half an hour, and a run of all clients takes longer on a busy machine: each is fetched anew after ten minutes. */
function renewing(platform: Platform): (tenantId: string) => Promise<string> {
  const held = new Map<string, { readonly token: Promise<string>; readonly since: number }>()
  return (tenantId) => {
    const known = held.get(tenantId)
    if (known && Date.now() - known.since < 10 * 60_000) return known.token
    const token = known ? platform.signIn(tenantId) : platform.token(tenantId)
    held.set(tenantId, { token, since: Date.now() })
    return token
  }
}
