/** A guardrail that a tenant's account enforces on every call: marks do not pass it by, another one's is left alone, and no tenant goes with it. */
import { BedrockClient, PutEnforcedGuardrailConfigurationCommand } from '@aws-sdk/client-bedrock'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { enforce, enforcementsOf, lift, ownAmong } from '../../cli/tenant/enforcement.ts'
import { accountOf, guardrailOf, refuseEnforced, shown } from '../../cli/tenant/guardrail.ts'
import { organization } from '../../sample-organization.ts'
import { GUARDRAIL_ROLE } from '../../shared/policies/guardrail-enforcement.ts'
import { type Platform, startPlatform } from './platform.ts'

const NOVA = 'us.amazon.nova-2-lite-v1:0'
const STOPPED = 'Tell me about project nightingale.'

let platform: Platform
let bedrock: BedrockClient
beforeAll(async () => {
  platform = await startPlatform({
    stacks: ['hub', 'spoke-tenant1'],
    settings: { 'spoke-tenant1': { guardrail: { words: ['Project Nightingale'] } } },
    // Without the guard rails, which let nobody past the gateway.
    organization: {
      ...organization,
      accounts: organization.accounts.map((account) => ({ ...account, serviceControlPolicies: [] })),
    },
  })
  bedrock = (await accountOf('tenant1', options())).bedrock
})
afterAll(() => platform?.close())

const agent = () => localAgent({ port: platform.wirePort, caFile: platform.caFile })
const options = (role = GUARDRAIL_ROLE) => ({
  aws: false,
  role,
  connection: {
    where: 'the local cloud' as const,
    credentials: platform.cloud.signIn(),
    agent: agent(),
    needsPulumi: false,
  },
})
const table = () => ({
  dynamodb: new DynamoDBClient({
    region: 'us-east-1',
    credentials: platform.cloud.signIn(),
    requestHandler: new NodeHttpHandler({ httpsAgent: agent() }),
  }),
  tableName: platform.hub.tableName,
})
const administrator = () => ({
  region: 'us-east-1',
  credentials: platform.cloud.credentials.issue(
    {
      arn: 'arn:aws:sts::222222222222:assumed-role/administrator/eve',
      account: '222222222222',
      roleArn: 'arn:aws:iam::222222222222:role/administrator',
      sessionName: 'eve',
      tags: {},
      sessionPolicies: [],
    },
    900,
  ),
  requestHandler: new NodeHttpHandler({ httpsAgent: agent() }),
})

/**
 * Somebody of the account's own, past the gateway, with a mark on something harmless.
 * @returns whether the prompt got to the model, whose answer is another matter
 */
async function passes(): Promise<boolean> {
  const runtime = new BedrockRuntimeClient(administrator())
  const content = [{ text: STOPPED }, { guardContent: { text: { text: 'Hello' } } }]
  const { id, version } = await guardrailOf(table(), 'tenant1')
  const guardrailConfig = { guardrailIdentifier: id, guardrailVersion: version }
  const { usage } = await runtime.send(
    new ConverseCommand({ modelId: NOVA, messages: [{ role: 'user', content }], guardrailConfig }),
  )
  return (usage?.inputTokens ?? 0) > 0
}

const set = async () => {
  const wanted = await guardrailOf(table(), 'tenant1')
  await enforce(bedrock, wanted, ownAmong(await enforcementsOf(bedrock), wanted, '222222222222'))
  return wanted
}
const liftAll = async () => {
  for (const one of await enforcementsOf(bedrock)) await lift(bedrock, one)
}

it('closes what marks leave open, for every call of the account, until it is lifted', async () => {
  expect(await passes()).toBe(true)
  const wanted = await set()
  expect(await passes()).toBe(false)
  const all = await enforcementsOf(bedrock)
  expect(all).toMatchObject([{ guardrail: wanted, honoursMarks: false }])
  expect(shown('222222222222', all[0], wanted)).toBe(
    "Account 222222222222 enforces the tenant's guardrail in version 1.",
  )
  expect(shown('222222222222', all[0], { ...wanted, version: '2' })).toMatch(/version 2: run it again/)
  // The gateway's own calls are answered as before.
  expect((await platform.invoke('tenant1', { prompt: STOPPED })).body).toContain('guardrail_intervened')
  expect((await platform.invoke('tenant1', { prompt: 'Hello' })).status).toBe(200)
  // Again: the same one, not another.
  await set()
  expect(await enforcementsOf(bedrock)).toHaveLength(1)
  await liftAll()
  expect(await passes()).toBe(true)
})

it('leaves one of another guardrail alone', async () => {
  const wanted = await guardrailOf(table(), 'tenant1')
  const other = [{ configId: 'a1', guardrail: { id: 'another', version: '7' }, honoursMarks: true }]
  expect(() => ownAmong(other, wanted, '222222222222')).toThrow(
    /enforces the guardrail another in version 7 already, which is not the tenant's\. Nothing was changed/,
  )
})

it('no tenant is removed with it, and where it cannot be found out, that is said', async () => {
  expect(await refuseEnforced('tenant1', table(), options())).toEqual([])
  await set()
  await expect(refuseEnforced('tenant1', table(), options())).rejects.toThrow(
    /The account of tenant1 enforces its guardrail on every call, and would go on/,
  )
  await liftAll()
  expect((await refuseEnforced('tenant1', table(), options('no-such-role')))[0]).toMatch(
    /which was not found out \(.*no-such-role.*: npm run tenant -- guardrail tenant1 --lift/,
  )
})

it('only the role that may, may', async () => {
  const wanted = await guardrailOf(table(), 'tenant1')
  const usage = (await accountOf('tenant1', options('genai-usage'))).bedrock
  await expect(enforce(usage, wanted, undefined)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  const guardrailInferenceConfig = { guardrailIdentifier: wanted.id, guardrailVersion: '9' }
  await expect(
    new BedrockClient(administrator()).send(new PutEnforcedGuardrailConfigurationCommand({ guardrailInferenceConfig })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
