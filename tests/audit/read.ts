/** For the tests of the trail: reads it as an auditor does, when everything that was decided has arrived. */

import { localAgent } from '@genai/local-cloud/wire/agent'
import { readTrail, type TrailQuery, type TrailRecord } from '../../cli/audit/trail.ts'
import type { Platform } from '../platform/platform.ts'

export async function trailOf(platform: Platform, query: Partial<TrailQuery> = {}): Promise<readonly TrailRecord[]> {
  const { wirePort: port, caFile, hub, cloud } = platform
  await cloud.monitoring.settled()
  const agent = localAgent({ port, caFile, keepAlive: false })
  return await readTrail({ region: hub.region, credentials: cloud.signIn(), agent }, { since: 0, ...query })
}
