/** The roles that work: everything that they are granted is asked for by a deployment and a few requests, or by AWS itself. */

import { type ApiCall, createAuthorize } from '@genai/local-cloud/iam/authorize'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { type Grant, grantsOf, names } from './grants.ts'

let platform: Platform
const calls: ApiCall[] = []

beforeAll(async () => {
  platform = await startPlatform({
    stacks: ['hub', 'spoke-tenant1'],
    createAuthorize(ledger, organization, options) {
      const authorize = createAuthorize(ledger, organization, options)
      return async (call) => {
        calls.push(call)
        return await authorize(call)
      }
    },
  })
  const token = await platform.token('tenant1')
  for (const model of ['nova-2-lite', 'claude-haiku-4.5']) {
    const body = { prompt: 'Who are you?', model }
    expect((await platform.call({ method: 'POST', path: '/tenant1/invoke', token, body })).status).toBe(200)
  }
  // The trail's stream is made when writing to it has failed.
  await vi.waitUntil(
    () =>
      calls.some(({ action, resource }) => action === 'logs:CreateLogStream' && resource.includes(':/genai/audit:')),
    { timeout: 60_000 },
  )
})
afterAll(() => platform.close())

const roleOf = (session: ApiCall['session']) => (session === 'anonymous' ? '' : session.roleArn.split('/').at(-1))

/** Asked by AWS, not by what the local cloud runs, each for a reason. */
const BY_AWS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'genai-gateway-tenant1': {
    'OwnCounters: dynamodb:GetItem': 'of a tenant with limits; the sample has none',
    'OwnCounters: dynamodb:UpdateItem': 'as above',
    'OwnLogs: logs:CreateLogStream':
      'Lambda makes a stream for each execution environment; the local cloud keeps lines without',
  },
  'genai-models-tenant1': {
    'CountTokens: bedrock:CountTokens': 'a client that counts tokens; this test sends prompts only',
    'Destinationsus: bedrock:InvokeModel': 'a region of the geography that today’s profiles do not lead to',
    'Destinationsus: bedrock:InvokeModelWithResponseStream': 'ConverseStream, for clients of the role that stream',
    'Models: bedrock:InvokeModelWithResponseStream':
      'as above; the gateway cannot, as a load balancer’s functions do not stream',
  },
  'genai-audit': { 'OwnLogs: logs:CreateLogStream': 'as above' },
}

describe.each(Object.entries(BY_AWS))('%s', (role, exceptions) => {
  it('is granted nothing that nobody asks for', async () => {
    const policies = platform.cloud.ledger
      .all('aws:iam/rolePolicy:RolePolicy')
      .filter(({ inputs }) => inputs.role === role)
    expect(policies.length).toBeGreaterThan(0)
    const unasked = new Set<string>()
    for (const policy of policies)
      for (const grant of grantsOf([JSON.parse(String(policy.outputs.policy)) as PolicyDocument]))
        if (!(await isMissed(role, policy, grant))) unasked.add(`${grant.sid}: ${grant.action}`)
    expect([...unasked].sort()).toEqual(Object.keys(exceptions).sort())
  })
})

/** Whether something that was allowed is refused once the grant is gone. */
async function isMissed(role: string, policy: Declared, { action, without }: Grant): Promise<boolean> {
  const { ledger, organization } = platform.cloud
  const outputs = { ...policy.outputs, policy: JSON.stringify(without[0]) }
  const changed = new Ledger(ledger.all().map((one) => (one.urn === policy.urn ? { ...policy, outputs } : one)))
  const lacking = createAuthorize(changed, organization)
  for (const call of calls) {
    if (roleOf(call.session) !== role || !names(action, call.action)) continue
    if ((await createAuthorize(ledger, organization)(call)).allowed && !(await lacking(call)).allowed) return true
  }
  return false
}
