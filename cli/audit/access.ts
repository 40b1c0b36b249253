/** Finds the audit trail of a hub, with the same credentials as its table. */
import { Agent } from 'node:https'
import { localAgent } from '@genai/local-cloud/wire/agent'
import type { HubAccess } from '../hub/hub-access.ts'
import { readRunning } from '../local/running.ts'
import type { TrailAccess } from './trail.ts'

export async function trailAccess({ where, region, dynamodb }: HubAccess): Promise<TrailAccess> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = await dynamodb.config.credentials()
  const running = where === 'the local cloud' ? await readRunning() : undefined
  return {
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    agent: running ? localAgent({ port: running.wirePort, caFile: running.caFile, keepAlive: false }) : new Agent(),
  }
}
