/**
 * Two hubs as docs/operations.md, "Cells", has them: each with an account, a supernet, users and tenants of its own, from stack
 * files of one folder. Neither serves, sees or needs the other.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import type { Organization, PolicyDocument } from '@genai/local-cloud/organization'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTrail } from '../../cli/audit/trail.ts'
import { callGateway } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import { openGateway } from '../../cli/local/gateway-ports.ts'
import { PROJECT_DIRECTORY, readStack } from '../../cli/pulumi/stack-files.ts'
import { newTenant } from '../../cli/tenant/add.ts'
import { mistakesOf } from '../../cli/tenant/mistakes.ts'
import { readStackFiles } from '../../cli/tenant/stack-files.ts'
import program from '../../index.ts'
import { organization as sample, tenantRoles } from '../../sample-organization.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'

const SECOND = '666666666666'
const TENANT_91 = '777777777777'
const DEPLOYER = `arn:aws:iam::${SECOND}:role/platform-deployer`
const HUB2 = 'organization/genai-hub-spoke/hub2'
const PASSWORD = 'correct horse battery staple A1!'

/** The sample's, and beside it what a second hub needs: its account with the platform's role, and a tenant's. */
function organizationOfTwo(): Organization {
  const [hub, tenant] = sample.accounts
  const deployer = hub?.roles.find(({ name }) => name === 'platform-deployer')
  if (!hub || !tenant || !deployer) throw new Error('The sample organisation has no hub or no tenant any more.')
  const policies = Object.values(platformDeployerPolicies({ account: SECOND, region: 'us-east-1' })) as PolicyDocument[]
  const policy = { ...deployer.policy, Statement: policies.flatMap(({ Statement }) => Statement) }
  return {
    ...sample,
    profiles: {
      ...sample.profiles,
      'genai-hub2': DEPLOYER,
      'genai-tenant91': `arn:aws:iam::${TENANT_91}:role/genai-deployer`,
    },
    accounts: [
      ...sample.accounts,
      {
        ...hub,
        id: SECOND,
        name: 'hub2',
        roles: [{ ...deployer, policy }],
        hostedZones: { Z0123456789EXAMPLETWO: 'example.org' },
      },
      { ...tenant, id: TENANT_91, name: 'tenant91', roles: tenantRoles(TENANT_91) },
    ],
  }
}

interface Cell {
  readonly hub: HubOutputs
  readonly tenantId: string
  readonly port: number
  readonly users: CognitoIdentityProviderClient
  readonly token: string
}

let directory: string
let cloud: LocalCloud
let cells: Readonly<Record<'first' | 'second', Cell>>

/** As `pulumi config set` does, in a folder of its own. */
function set(stack: string, settings: Readonly<Record<string, string | undefined>>, from = stack): void {
  const config: Record<string, string> = { ...readStack(from, directory).config }
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) delete config[`genai-hub-spoke:${name}`]
    else config[`genai-hub-spoke:${name}`] = value
  }
  writeFileSync(join(directory, `Pulumi.${stack}.yaml`), JSON.stringify({ config }))
}

const deploy = (stack: string) => cloud.deploy(readStack(stack, directory), program)

async function cell(hub: HubOutputs, tenantId: string, profile: string): Promise<Cell> {
  const { port } = await openGateway(cloud, hub, LAPTOP, { https: 0, http: 0 })
  const wire = await cloud.wire.open(LAPTOP)
  const local = { port: wire.port, caFile: cloud.authority.caFile }
  const users = cognitoClient(hub.region, { local, credentials: cloud.signIn(profile) })
  const email = `user@${tenantId}.example.com`
  await createUser(users, { userPoolId: hub.userPoolId, tenantId, username: email, email }, PASSWORD)
  const token = await signIn(users, { clientId: hub.userPoolClientId, username: email, password: PASSWORD })
  return { hub, tenantId, port, users, token }
}

const ask = ({ hub, port }: Cell, path: string, token: string) =>
  callGateway(
    hub.gatewayUrl,
    { port, caFile: cloud.authority.caFile },
    { method: 'POST', path, token, body: { prompt: 'Who are you?' } },
  )

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'genai-cells-'))
  for (const file of ['Pulumi.yaml', 'Pulumi.hub.yaml', 'Pulumi.spoke-tenant1.yaml'])
    cpSync(join(PROJECT_DIRECTORY, file), join(directory, file))
  set('hub', { deletionProtection: 'false' })
  set(
    'hub2',
    {
      account: SECOND,
      profile: 'genai-hub2',
      domainName: 'genai.example.org',
      hostedZoneId: 'Z0123456789EXAMPLETWO',
      deployers: JSON.stringify([DEPLOYER]),
    },
    'hub',
  )
  const flags = {
    'hub-stack': HUB2,
    account: TENANT_91,
    model: ['nova-2-lite=us.amazon.nova-2-lite-v1:0'],
    zone: ['use1-az1', 'use1-az2'],
  }
  const { file, text } = newTenant('tenant91', flags, directory)
  writeFileSync(file, text)
  set('spoke-tenant91', { roleArn: undefined, profile: 'genai-tenant91', hubProfile: 'genai-hub2' })
  cloud = await startCloud({ directory: join(directory, 'cloud'), organization: organizationOfTwo(), controlPlane: {} })
  const [first, second] = [parseHubOutputs(await deploy('hub'), 'hub'), parseHubOutputs(await deploy('hub2'), 'hub2')]
  await deploy('spoke-tenant1')
  await deploy('spoke-tenant91')
  cells = {
    first: await cell(first, 'tenant1', 'genai-hub'),
    second: await cell(second, 'tenant91', 'genai-hub2'),
  }
})
afterAll(async () => {
  for (const { users } of Object.values(cells ?? {})) users.destroy()
  await cloud?.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('a second hub', () => {
  it('has tenants with the first one’s addresses, and each cell’s are checked by themselves', () => {
    const files = readStackFiles(directory)
    expect(mistakesOf(files)).toEqual([])
    expect(files.spokes.map(({ tenancy }) => tenancy.cidrBlock)).toEqual(['10.64.0.0/24', '10.64.0.0/24'])
  })

  it('serves its tenants, in their accounts, as the first serves its own', async () => {
    const { first, second } = cells
    const answers = [
      await ask(first, '/tenant1/invoke', first.token),
      await ask(second, '/tenant91/invoke', second.token),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]?.body).toContain('222222222222')
    expect(answers[1]?.body).toContain(TENANT_91)
  })

  it('admits nobody of the other, and knows none of its paths', async () => {
    const { first, second } = cells
    expect((await ask(second, '/tenant91/invoke', first.token)).status).toBe(401)
    expect((await ask(first, '/tenant1/invoke', second.token)).status).toBe(401)
    expect((await ask(second, '/tenant1/invoke', first.token)).status).toBe(404)
    expect((await ask(first, '/tenant91/invoke', second.token)).status).toBe(404)
  })

  it('has an audit trail of its own', async () => {
    await cloud.monitoring.settled()
    const { port } = await cloud.wire.open(LAPTOP)
    const agent = localAgent({ port, caFile: cloud.authority.caFile, keepAlive: false })
    const tenants = async (profile: string) => {
      const credentials = cloud.signIn(profile)
      const records = await readTrail({ region: 'us-east-1', credentials, agent }, { since: 0 })
      return [...new Set(records.map(({ tenant }) => tenant))]
    }
    expect(await tenants('genai-hub')).toEqual(['tenant1'])
    expect(await tenants('genai-hub2')).toEqual(['tenant91'])
  })

  it('takes a tenant of the first over, under another id, in the account that it has', async () => {
    const { hub, users } = cells.second
    const flags = { account: '222222222222', model: ['nova-2-lite=us.amazon.nova-2-lite-v1:0'] }
    const { file, text } = newTenant('tenant1b', { ...flags, 'hub-stack': HUB2 }, directory)
    writeFileSync(file, text)
    set('spoke-tenant1b', { roleArn: undefined, profile: 'genai-tenant1', hubProfile: 'genai-hub2' })
    expect(mistakesOf(readStackFiles(directory))).toEqual([])
    await deploy('spoke-tenant1b')
    const user = { userPoolId: hub.userPoolId, tenantId: 'tenant1b', username: 'b@example.com', email: 'b@example.com' }
    await createUser(users, user, PASSWORD)
    const token = await signIn(users, { clientId: hub.userPoolClientId, username: user.username, password: PASSWORD })
    const { first, second } = cells
    const answers = [await ask(second, '/tenant1b/invoke', token), await ask(first, '/tenant1/invoke', first.token)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await cloud.destroy(readStack('spoke-tenant1', directory))
    expect((await ask(second, '/tenant1b/invoke', token)).status).toBe(200)
    await cloud.destroy(readStack('spoke-tenant1b', directory))
    await deploy('spoke-tenant1')
  })

  it('in the first one’s account is refused before anything is made', async () => {
    const before = cloud.ledger.version
    const stack = { ...readStack('hub', directory), stack: 'hub3' }
    await expect(cloud.deploy(stack, program)).rejects.toThrow(
      /The account 111111111111 is that of 2 hubs: hub3, hub\./,
    )
    expect(cloud.ledger.version).toBe(before)
  })

  it('goes without a trace in the first, which serves on', async () => {
    const of = (stack: string) => cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))
    const before = [of('hub'), of('spoke-tenant1')]
    await cloud.destroy(readStack('spoke-tenant91', directory))
    await cloud.destroy(readStack('hub2', directory))
    expect(cloud.ledger.all().filter(({ account }) => account === SECOND)).toEqual([])
    expect([of('hub'), of('spoke-tenant1')]).toEqual(before)
    const { first } = cells
    expect((await ask(first, '/tenant1/invoke', first.token)).status).toBe(200)
  })
})
