/** Many requests of many tenants at once, with faults on, and whether each was answered once, by the right tenant. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import program from '../../index.ts'
import { type LocalCloud, startCloud } from '../../local/cloud.ts'
import { type HubOutputs, parseHubOutputs } from '../../shared/contract.ts'
import { cognitoClient, createUser, signIn } from '../cognito.ts'
import { LAPTOP } from '../demo/validate.ts'
import { openGateway } from '../gateway-ports.ts'
import { Accounts } from './accounts.ts'
import { judge, type Memory, type Sample, sample } from './memory.ts'
import { hubStack, organizationOf, type SoakTenant, spokeStack, tenantsOf } from './tenants.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export interface SoakOptions {
  readonly requests: number
  readonly tenants: number
  /** Requests under way at the same time, the same number for each tenant. */
  readonly concurrency: number
  readonly seed: number
  readonly progress?: (done: number) => void
}

export interface TenantResult {
  readonly tenant: string
  readonly trouble: string
  readonly requests: number
  /** By `ok`, a code of the gateway, or `load balancer`. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly milliseconds: { readonly p50: number; readonly p99: number; readonly most: number }
}

export interface SoakResult {
  readonly requests: number
  readonly seconds: number
  readonly tenants: readonly TenantResult[]
  /** Requests as counted by the client, the load balancer and the functions' logs; those whose process was killed. */
  readonly counted: {
    readonly client: number
    readonly balancer: number
    readonly lines: number
    readonly lost: number
    readonly unaccounted: number
  }
  readonly wrongTenant: number
  readonly memory: Memory
  /** In words; none when all is well. */
  readonly violations: readonly string[]
}

const PASSWORD = 'correct horse battery staple A1!'
const LOG_LINES = 100
/** A collection stops everything for a tenth of a second. */
const SAMPLES = 24
/** Half of a token's life in the sample settings. */
const TOKEN_SECONDS = 900

interface Lane {
  readonly tenant: SoakTenant
  readonly trouble: Trouble
  readonly outcomes: Map<string, number>
  readonly histogram: RecordableHistogram
  readonly token: () => Promise<string>
}

interface Site {
  readonly cloud: LocalCloud
  readonly lanes: readonly Lane[]
  readonly send: (tenantId: string, token: string, prompt: string) => Promise<Received>
  close(): Promise<void>
}

export async function soak({ requests, tenants, concurrency, seed, progress }: SoakOptions): Promise<SoakResult> {
  const accounts = new Accounts()
  const site = await startSite(tenantsOf(tenants), concurrency, seed, accounts)
  try {
    const { cloud, lanes } = site
    // Processes are started before anything goes wrong.
    for (const lane of lanes) await one(site, lane, accounts, 'warm')
    for (const { trouble } of lanes) for (const rule of trouble.rules) cloud.faults.add(rule)
    const samples: Sample[] = []
    const every = Math.max(1, Math.floor(requests / SAMPLES))
    const started = performance.now()
    let taken = lanes.length
    let wrongTenant = 0
    const work = async (lane: Lane) => {
      while (taken < requests) {
        const number = taken++
        if (!(await one(site, lane, accounts, `${seed}-${number}`))) wrongTenant++
        if (number % every !== 0) continue
        samples.push(sample(number, pidsOf(cloud)))
        progress?.(number)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, (_, index) => work(lanes[index % lanes.length] as Lane)))
    const seconds = (performance.now() - started) / 1000
    cloud.faults.clear()
    // What functions print comes by a channel of its own.
    await new Promise((resolve) => setTimeout(resolve, 200))
    const unaccounted = accounts.close()
    const memory = judge(samples)
    return conclude({ accounts, lanes, requests, seconds, unaccounted, wrongTenant, memory })
  } finally {
    await site.close()
  }
}

function conclude({
  accounts,
  lanes,
  ...rest
}: {
  readonly accounts: Accounts
  readonly lanes: readonly Lane[]
  readonly requests: number
  readonly seconds: number
  readonly unaccounted: number
  readonly wrongTenant: number
  readonly memory: Memory
}): SoakResult {
  const { requests, unaccounted, wrongTenant, memory } = rest
  const tenants = lanes.map(resultOf)
  const client = tenants.reduce((sum, tenant) => sum + tenant.requests, 0)
  const { balancer, lines, lost } = accounts
  if (client !== requests) accounts.violate(`${requests} requests were sent, and ${client} answered`)
  if (balancer !== requests) accounts.violate(`${requests} requests were sent; the load balancer answered ${balancer}`)
  if (!memory.flat) accounts.violate('memory is not flat')
  return {
    ...{ requests, seconds: Math.round(rest.seconds * 10) / 10, tenants, wrongTenant, memory },
    counted: { client, balancer, lines, lost, unaccounted },
    violations: accounts.violations,
  }
}

const resultOf = ({ tenant, trouble, outcomes, histogram }: Lane): TenantResult => ({
  tenant: tenant.id,
  trouble: trouble.name,
  requests: histogram.count,
  outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => a.localeCompare(b))),
  milliseconds: {
    p50: histogram.percentile(50) / 1000,
    p99: histogram.percentile(99) / 1000,
    most: histogram.max / 1000,
  },
})

/** One request of a tenant. @returns whether no other tenant answered it */
async function one(site: Site, lane: Lane, accounts: Accounts, mark: string): Promise<boolean> {
  const { tenant, trouble, outcomes, histogram } = lane
  const prompt = `soak ${tenant.id} ${mark}`
  const token = await lane.token()
  const started = performance.now()
  let received: Received
  try {
    received = await site.send(tenant.id, token, prompt)
  } catch (error) {
    accounts.violate(`${prompt}: no answer (${error instanceof Error ? error.message : String(error)})`)
    return true
  }
  histogram.record(Math.max(1, Math.round((performance.now() - started) * 1000)))
  const { status, requestId, errorCode, body } = received
  const code = status === 200 ? 'ok' : (errorCode ?? 'load balancer')
  outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
  if (requestId !== undefined) accounts.answered(requestId, tenant.id, status)
  if (code !== 'ok' && !trouble.codes.includes(code))
    accounts.violate(`${prompt}: ${status} ${code}, which its trouble does not explain`)
  if (status !== 200 || isTheirs(body, tenant, prompt)) return true
  accounts.violate(`${prompt}: answered with somebody else's answer`)
  return false
}

/** The stand-in model says in which account it was asked, and what. */
function isTheirs(body: string, { id, account }: SoakTenant, prompt: string): boolean {
  const answer: unknown = JSON.parse(body)
  if (typeof answer !== 'object' || answer === null || !('tenant' in answer) || !('output' in answer)) return false
  const output = String(answer.output)
  return answer.tenant === id && output.includes(`account ${account}.`) && output.includes(`“${prompt}”`)
}

async function startSite(
  tenants: readonly SoakTenant[],
  concurrency: number,
  seed: number,
  accounts: Accounts,
): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), 'genai-soak-'))
  const organization = organizationOf(tenants)
  const cloud = await startCloud({
    directory,
    organization,
    faultSeed: seed,
    logLines: LOG_LINES,
    observe: accounts.observe,
  })
  const hub = parseHubOutputs(await cloud.deploy(hubStack(), program), 'hub')
  for (const [index, tenant] of tenants.entries()) await cloud.deploy(spokeStack(tenant, index), program)
  const gateway = await openGateway(cloud, hub, LAPTOP, { https: 0, http: 0 })
  const { port } = await cloud.wire.open(LAPTOP)
  const users = cognitoClient(hub.region, {
    local: { port, caFile: cloud.authority.caFile },
    credentials: cloud.signIn(),
  })
  const lanes: Lane[] = []
  for (const [index, tenant] of tenants.entries()) {
    const token = await createToken(users, hub, tenant)
    lanes.push({ tenant, token, trouble: troubleOf(tenants, index), outcomes: new Map(), histogram: createHistogram() })
  }
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency, ca: readFileSync(cloud.authority.caFile) })
  const host = new URL(hub.gatewayUrl).hostname
  return {
    cloud,
    lanes,
    send: (tenantId, token, prompt) => send({ agent, host, port: gateway.port }, tenantId, token, prompt),
    async close() {
      agent.destroy()
      users.destroy()
      await cloud.close()
      rmSync(directory, { recursive: true, force: true })
    },
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

interface Received {
  readonly status: number
  readonly requestId?: string
  readonly errorCode?: string
  readonly body: string
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
      ...{
        agent,
        port,
        host: '127.0.0.1',
        servername: host,
        method: 'POST',
        path: `/${tenantId}/invoke`,
        timeout: 60_000,
      },
      headers: {
        ...{ host, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
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

const pidsOf = ({ ledger, lambda }: LocalCloud) =>
  ledger.all('aws:lambda/function:Function').flatMap(({ outputs }) => lambda.pids(String(outputs.arn)))
