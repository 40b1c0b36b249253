/**
 * The whole platform in one process, for `prove` and for tests: a hub and two tenants, deployed from the project's own stack files, with
 * functions that remove or change declared resources and restore them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudEvent, type CloudOptions, type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Origin } from '@genai/local-cloud/network/path'
import { callGateway, type GatewayAnswer, type GatewayCall } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signInForTokens, type Tokens } from '../../cli/hub/cognito.ts'
import { openGateway } from '../../cli/local/gateway-ports.ts'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { organization } from '../../sample-organization.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'

export interface Platform {
  readonly cloud: LocalCloud
  readonly hub: HubOutputs
  readonly events: CloudEvent[]
  readonly wirePort: number
  readonly caFile: string
  /** The gateway on this machine, `https://localhost:PORT`. */
  readonly localUrl: string
  /** ID token of the tenant's user. */
  token(tenantId: string): Promise<string>
  /** An ID token of a new sign-in. */
  signIn(tenantId: string): Promise<string>
  /** Access token of the tenant's user. */
  accessToken(tenantId: string): Promise<string>
  /** The tenant's user, for tests that sign in on web pages. */
  user(tenantId: string): Promise<{ readonly username: string; readonly password: string }>
  /** Sends a request from this computer, through the load balancer. */
  call(call: GatewayCall): Promise<GatewayAnswer>
  /** Sends `POST /tenant/invoke` with a token of the tenant's user. */
  invoke(tenantId: string, body?: unknown): Promise<GatewayAnswer>
  /** Deploys a stack file again, with changed settings. */
  deploy(stack: string, settings?: Readonly<Record<string, unknown>>): Promise<void>
  /** The one resource of a type whose URN ends in `name`. */
  resource(type: string, name?: string): Declared
  /** Removes declared resources while `work` runs, then restores them. */
  without<T>(resources: readonly Declared[], work: () => Promise<T>): Promise<T>
  /** Replaces a resource by another version while `work` runs. */
  changed<T>(resource: Declared, outputs: Declared['outputs'], work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

const PASSWORD = 'correct horse battery staple A1!'
const emailOf = (tenantId: string) => `user@${tenantId}.example.com`

export interface PlatformOptions extends Partial<CloudOptions> {
  /** Changes of the project's settings by stack: `{ hub: { keySetVia: 'nat' } }`. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly stacks?: readonly string[]
  readonly from?: Origin
  /** Folder of the stack files. @default the project's own */
  readonly project?: string
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const { settings = {}, stacks = ['hub', 'spoke-tenant1', 'spoke-tenant2'], from = LAPTOP, project, ...rest } = options
  const directory = mkdtempSync(join(tmpdir(), 'genai-'))
  const events: CloudEvent[] = []
  const cloud = await startCloud({
    directory,
    observe: (event) => events.push(event),
    controlPlane: {},
    organization,
    ...rest,
  })
  const { default: program } = await import('../../index.ts')
  const deploy = async (name: string, changes: Readonly<Record<string, unknown>> = settings[name] ?? {}) => {
    const outputs = await cloud.deploy(withSettings(readStack(name, project), changes), program)
    return outputs
  }
  let hub: HubOutputs | undefined
  for (const name of stacks) {
    const outputs = await deploy(name)
    hub ??= parseHubOutputs(outputs, name)
  }
  if (!hub) throw new Error('the hub comes first')
  const deployed = hub
  const caFile = cloud.authority.caFile
  const gateway = await openGateway(cloud, deployed, from, { https: 0, http: 0 })
  const { port: wirePort } = await cloud.wire.open(LAPTOP)
  const local = { port: wirePort, caFile }
  const users = cognitoClient(deployed.region, { local, credentials: cloud.signIn() })
  const signedIn = new Map<string, Promise<Tokens>>()

  async function newUser(tenantId: string): Promise<Tokens> {
    const email = emailOf(tenantId)
    await createUser(users, { userPoolId: deployed.userPoolId, tenantId, username: email, email }, PASSWORD)
    return await signInForTokens(users, { clientId: deployed.userPoolClientId, username: email, password: PASSWORD })
  }
  function tokensOf(tenantId: string): Promise<Tokens> {
    const known = signedIn.get(tenantId) ?? newUser(tenantId)
    signedIn.set(tenantId, known)
    return known
  }
  const token = async (tenantId: string) => (await tokensOf(tenantId)).idToken
  async function signIn(tenantId: string): Promise<string> {
    await tokensOf(tenantId)
    const credentials = { username: emailOf(tenantId), password: PASSWORD }
    return (await signInForTokens(users, { clientId: deployed.userPoolClientId, ...credentials })).idToken
  }
  const call = (request: GatewayCall) => callGateway(deployed.gatewayUrl, { port: gateway.port, caFile }, request)
  const restore = async (resources: readonly Declared[]) => {
    for (const resource of resources) await cloud.ledger.put(resource)
  }

  return {
    cloud,
    hub: deployed,
    events,
    wirePort,
    caFile,
    localUrl: gateway.url,
    token,
    signIn,
    call,
    accessToken: async (tenantId) => (await tokensOf(tenantId)).accessToken,
    async user(tenantId) {
      await tokensOf(tenantId)
      return { username: emailOf(tenantId), password: PASSWORD }
    },
    async invoke(tenantId, body = { prompt: 'Who are you?' }) {
      return await call({ method: 'POST', path: `/${tenantId}/invoke`, token: await token(tenantId), body })
    },
    async deploy(stack, changes) {
      await deploy(stack, changes)
    },
    resource(type, name = '') {
      const found = cloud.ledger.all(type).filter(({ urn }) => urn.endsWith(name))
      if (found.length !== 1 || !found[0])
        throw new Error(
          `${found.length} resources of ${type} end in "${name}": ${found.map(({ urn }) => urn).join(', ')}`,
        )
      return found[0]
    },
    async without(resources, work) {
      for (const { urn } of resources) await cloud.ledger.delete(urn)
      try {
        return await work()
      } finally {
        await restore(resources)
      }
    },
    async changed(resource, outputs, work) {
      await cloud.ledger.put({ ...resource, outputs: { ...resource.outputs, ...outputs } })
      try {
        return await work()
      } finally {
        await restore([resource])
      }
    },
    async close() {
      users.destroy()
      await cloud.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
