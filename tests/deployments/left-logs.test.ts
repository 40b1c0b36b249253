/** Log groups that are in the accounts, asked as `destroy` asks: with the stack files' own credentials, through AWS's own client. */
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { leftLogs } from '../../cli/hub/left-logs.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', 'spoke-tenant1'] })
})
afterAll(() => platform?.close())

it('finds what a stack kept when it went, in the hub’s account and in a tenant’s', async () => {
  const { cloud, wirePort: port, caFile } = platform
  await cloud.destroy({ project: 'genai-hub-spoke', stack: 'spoke-tenant1' })
  const connection = {
    where: 'the local cloud',
    credentials: cloud.signIn(),
    agent: localAgent({ port, caFile, keepAlive: false }),
    needsPulumi: false,
  } as const
  const found = await leftLogs('hub', { aws: false, connection })
  expect(found.map(({ account, unknown }) => [account, unknown])).toEqual([
    ['111111111111', undefined],
    ['222222222222', undefined],
    ['333333333333', undefined],
  ])
  const [hub, tenant1, tenant2] = found.map(({ groups }) => groups)
  expect(hub).toContain('/genai/audit')
  expect(tenant1).toEqual([expect.stringMatching(/^\/genai\/tenant1\/flow-logs-/)])
  expect(tenant2).toEqual([])
})
