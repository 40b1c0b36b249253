/** A local cloud with a hub and its tenants, and a client that sends requests as their users. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { type CloudEvent, type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import { openGateway } from '../../cli/local/gateway-ports.ts'
import program from '../../index.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { hubStack, organizationOf, type SoakTenant, spokeStack } from './tenants.ts'
import { type Trouble, troubleOf } from './trouble.ts'

const PASSWORD = 'correct horse battery staple A1!'
const LOG_LINES = 100
/** Half of a token's lifetime in the sample settings. */
const TOKEN_SECONDS = 900

/** A tenant with its fault, and the errors that its callers may get. */
export interface TroubledTenant {
  readonly tenant: SoakTenant
  readonly trouble: Trouble
  readonly outcomes: Map<string, number>
  readonly histogram: RecordableHistogram
  readonly token: () => Promise<string>
}

export interface SoakCloud {
  readonly cloud: LocalCloud
  readonly troubled: readonly TroubledTenant[]
  readonly send: (tenantId: string, token: string, prompt: string) => Promise<Received>
  close(): Promise<void>
}

export interface Received {
  readonly status: number
  readonly requestId?: string
  readonly errorCode?: string
  readonly body: string
}

interface SoakCloudOptions {
  readonly tenants: readonly SoakTenant[]
  readonly concurrency: number
  readonly seed: number
  readonly observe: (event: CloudEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** @throws the signal's reason if it is aborted while stacks are being deployed; nothing is left behind then */
export async function startSoakCloud({
  tenants,
  concurrency,
  seed,
  observe,
  signal,
}: SoakCloudOptions): Promise<SoakCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'genai-soak-'))
  const organization = organizationOf(tenants)
  const cloud = await startCloud({ directory, organization, observe, faultSeed: seed, logLines: LOG_LINES })
  const closing: (() => void)[] = []
  const close = async () => {
    for (const end of closing) end()
    await cloud.close()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const hub = parseHubOutputs(await cloud.deploy(hubStack(), program), 'hub')
    for (const [index, tenant] of tenants.entries()) {
      signal?.throwIfAborted()
      await cloud.deploy(spokeStack(tenant, index), program)
    }
    const gateway = await openGateway(cloud, hub, LAPTOP, { https: 0, http: 0 })
    const { port } = await cloud.wire.open(LAPTOP)
    const { caFile } = cloud.authority
    const users = cognitoClient(hub.region, { local: { port, caFile }, credentials: cloud.signIn() })
    closing.push(() => users.destroy())
    const troubled: TroubledTenant[] = []
    for (const [index, tenant] of tenants.entries()) {
      signal?.throwIfAborted()
      const token = await createToken(users, hub, tenant)
      const trouble = troubleOf(tenants, index)
      troubled.push({ tenant, token, trouble, outcomes: new Map(), histogram: createHistogram() })
    }
    const agent = new Agent({ keepAlive: true, maxSockets: concurrency, ca: readFileSync(caFile) })
    closing.push(() => agent.destroy())
    const to = { agent, host: new URL(hub.gatewayUrl).hostname, port: gateway.port }
    return { cloud, troubled, close, send: (tenantId, token, prompt) => send(to, tenantId, token, prompt) }
  } catch (error) {
    await close()
    throw error
  }
}

async function createToken(users: ReturnType<typeof cognitoClient>, hub: HubOutputs, { id }: SoakTenant) {
  const username = `user@${id}.example.com`
  await createUser(users, { userPoolId: hub.userPoolId, tenantId: id, username, email: username }, PASSWORD)
  let held: { readonly token: Promise<string>; readonly at: number } | undefined
  return () => {
    if (!held || performance.now() - held.at > TOKEN_SECONDS * 1000)
      held = {
        token: signIn(users, { clientId: hub.userPoolClientId, username, password: PASSWORD }),
        at: performance.now(),
      }
    return held.token
  }
}

function send(
  { agent, host, port }: { readonly agent: Agent; readonly host: string; readonly port: number },
  tenantId: string,
  token: string,
  prompt: string,
): Promise<Received> {
  const body = JSON.stringify({ prompt })
  return new Promise((resolve, reject) => {
    const sent = request({
      agent,
      port,
      host: '127.0.0.1',
      servername: host,
      method: 'POST',
      path: `/${tenantId}/invoke`,
      timeout: 60_000,
      headers: {
        host,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer within a minute')))
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { 'x-request-id': requestId, 'x-error-code': errorCode } = response.headers
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          ...(typeof requestId === 'string' && { requestId }),
          ...(typeof errorCode === 'string' && { errorCode }),
        })
      })
    })
    sent.end(body)
  })
}
