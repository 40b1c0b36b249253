/**
 * Hub and tenant, deployed through Pulumi's Automation API, asked, and destroyed: to be copied. It runs against the local cloud;
 * with HUB_ACCOUNT and TENANT_ACCOUNT, two empty accounts, against AWS: with your credentials and your `pulumi login` (a backend
 * without stacks of this project), and the stack files, whose lines marked `AWS:` you have changed. It costs what an hour of a hub costs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callGateway } from '../../cli/demo/request.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { cognitoClient, createUser, signIn } from '../../cli/hub/cognito.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const { HUB_ACCOUNT, TENANT_ACCOUNT } = process.env
const ON_AWS = HUB_ACCOUNT !== undefined && TENANT_ACCOUNT !== undefined
/** A Transit Gateway and Lambda's network interfaces take AWS their time. */
const PATIENCE = ON_AWS ? 90 * 60_000 : 10 * 60_000
const TENANT = 'tenant1'
const USER = `user@${TENANT}.example.com`
const PASSWORD = 'correct horse battery staple A1!'

describe.skipIf(!cli)(`hub and tenant on ${ON_AWS ? 'AWS' : 'the local cloud'}`, { timeout: PATIENCE }, () => {
  let engine: Engine | undefined
  let hub: HubOutputs
  const files = ['hub', `spoke-${TENANT}`].map((stack) => join(PROJECT_DIRECTORY, `Pulumi.${stack}.yaml`))
  const texts = files.map((file) => readFileSync(file, 'utf8'))

  beforeAll(async () => {
    if (cli && !ON_AWS) engine = await startEngine(cli, { delayMilliseconds: 0 })
  })
  afterAll(async () => {
    await engine?.close()
    // Settings are written into the stack files.
    if (ON_AWS) for (const [index, file] of files.entries()) writeFileSync(file, texts[index] ?? '')
  })

  /** A stack of the project, some of its settings changed. */
  async function stackOf(stackName: string, settings: Readonly<Record<string, string>> = {}): Promise<Stack> {
    if (engine) return await engine.stack(stackName, settings)
    if (!cli) throw new Error('there is no Pulumi CLI')
    const options = { pulumiCommand: cli.command }
    const stack = await LocalWorkspace.createOrSelectStack({ stackName, workDir: PROJECT_DIRECTORY }, options)
    for (const [name, value] of Object.entries(settings)) await stack.setConfig(`genai-hub-spoke:${name}`, { value })
    return stack
  }

  it('deploys the hub, then the tenant', async () => {
    const ofHub = ON_AWS ? { account: HUB_ACCOUNT } : {}
    const roleArn = `arn:aws:iam::${TENANT_ACCOUNT}:role/genai-deployer`
    const ofTenant = ON_AWS ? { account: TENANT_ACCOUNT, roleArn } : {}
    const { outputs } = await (await stackOf('hub', { ...ofHub, deletionProtection: 'false' })).up()
    hub = parseHubOutputs(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])), 'hub')
    await (await stackOf(`spoke-${TENANT}`, ofTenant)).up()
  })

  it('answers a prompt of the tenant’s user, and refuses one without a token', async () => {
    const cloud = engine?.cloud
    const wire = await cloud?.wire.open(LAPTOP)
    const local = wire && cloud && { port: wire.port, caFile: cloud.authority.caFile }
    const users = cognitoClient(hub.region, cloud && local ? { local, credentials: cloud.signIn() } : {})
    await createUser(users, { userPoolId: hub.userPoolId, tenantId: TENANT, username: USER, email: USER }, PASSWORD)
    const token = await signIn(users, { clientId: hub.userPoolClientId, username: USER, password: PASSWORD })
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const body = { prompt: 'In one sentence: what is a hub-and-spoke network?' }
      const path = `/${TENANT}/invoke`
      if (!engine || !local) {
        const answer = await fetch(`${hub.gatewayUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: answer.status, body: await answer.text() }
      }
      const via = { port: engine.port(), caFile: local.caFile }
      const sent = headers.authorization?.slice('Bearer '.length)
      return await callGateway(hub.gatewayUrl, via, { method: 'POST', path, body, ...(sent && { token: sent }) })
    }
    const answer = await ask({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
    expect({ status: answer.status, ...JSON.parse(answer.body) }).toMatchObject({ status: 200, tenant: TENANT })
    expect((await ask({ 'content-type': 'application/json' })).status).toBe(401)
    users.destroy()
    await wire?.close()
  })

  it('destroys the tenant, then the hub', async () => {
    for (const name of [`spoke-${TENANT}`, 'hub']) await (await stackOf(name)).destroy()
    for (const name of [`spoke-${TENANT}`, 'hub'])
      expect((await (await stackOf(name)).exportStack()).deployment.resources ?? []).toEqual([])
    expect(engine?.cloud.ledger.all() ?? []).toEqual([])
  })
})
