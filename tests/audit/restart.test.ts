/** A local cloud that outlives its process keeps the trail, and ends only when what is on its way has arrived. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCloud } from '@genai/local-cloud/cloud'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, expect, it } from 'vitest'
import { readTrail } from '../../cli/audit/trail.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { organization } from '../../sample-organization.ts'
import { startPlatform } from '../platform/platform.ts'

const directory = mkdtempSync(join(tmpdir(), 'audit-restart-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it('keeps the trail over a restart', async () => {
  const first = await startPlatform({ directory, persistent: true })
  const answer = await first.invoke('tenant1')
  expect(answer.status).toBe(200)
  // Not waited for: the line of that request is hardly printed.
  await first.close()

  const second = await startCloud({ directory, persistent: true, organization })
  const { port } = await second.wire.open(LAPTOP)
  const agent = localAgent({ port, caFile: second.authority.caFile, keepAlive: false })
  const access = { region: first.hub.region, credentials: second.signIn(), agent }
  expect(await readTrail(access, { since: 0 })).toEqual([
    expect.objectContaining({ tenant: 'tenant1', requestId: answer.headers['x-request-id'], decision: 'allowed' }),
  ])
  await second.close()
})
