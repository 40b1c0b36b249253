/** For tests: the app, of which only the connections and the clock are replaced. */
import { createLocalJWKSet, type JWK } from 'jose'
import { fromRequest, toResponse } from '../adapters/web.ts'
import { type AppDependencies, createApp } from '../app.ts'
import { createAuthenticate } from '../authenticate.ts'
import { createAuthenticateMachine } from '../authenticate-machine.ts'
import { createCredentials } from '../aws/tenant-credentials.ts'
import type { RequestContext } from '../deadline.ts'
import type { LogRecord } from '../log.ts'
import { createMetering } from '../metering/meter.ts'
import { createReadUsage } from '../metering/usage.ts'
import { createModelClient } from '../model/client.ts'
import type { Operation } from '../operation.ts'
import { OPERATIONS } from '../operations.ts'
import { createRouting } from '../tenant-lookup.ts'
import { CLIENT_ID, CONVERSE_ANSWER, createFakeAws, ISSUER, items, json, REGION, session } from './support.ts'

/**
 * Takes and returns what `fetch` does.
 * @param operations
 * @default all
 */
export function createTestApp(key: JWK, time: number, operations?: readonly Operation[]) {
  const { app, ...rest } = createTestAppFor(async (answer) => toResponse(answer), key, time, operations)
  return { ...rest, app: (request: Request, context: RequestContext) => app(fromRequest(request), context) }
}

/** The same with another adapter. */
export function createTestAppFor<Given>(
  deliver: AppDependencies<Given>['deliver'],
  key: JWK,
  time: number,
  operations: readonly Operation[] = OPERATIONS,
) {
  const now = () => time
  const random = () => 0
  const aws = createFakeAws({
    dynamodb: json(items()),
    sts: session(1, time + 3_600_000),
    'bedrock-runtime': json(CONVERSE_ANSWER),
    'cognito-idp': 'broken',
  })
  const { connections, client } = aws
  const credentials = createCredentials({ tenantId: 'tenant1', client, now })
  const log: LogRecord[] = []
  /** Admission lines of streams. */
  const admissions: LogRecord[] = []
  const app = createApp({
    tenantId: 'tenant1',
    compute: 'lambda',
    authenticate: createAuthenticate({
      tenantId: 'tenant1',
      issuer: ISSUER,
      clientId: CLIENT_ID,
      getKey: createLocalJWKSet({ keys: [key] }),
      now,
    }),
    authenticateMachine: createAuthenticateMachine({ tenantId: 'tenant1', keySets: undefined, now }),
    routing: createRouting({
      tenantId: 'tenant1',
      tableName: 'genai-tenants',
      region: REGION,
      client,
      now,
    }),
    metering: createMetering({ tenantId: 'tenant1', now, warn: () => {} }),
    readUsage: createReadUsage({ tenantId: 'tenant1', now }),
    settling: 'before',
    models: createModelClient({ region: REGION, connections, credentials, random, pause: async () => {} }),
    log: (record) => (record.phase === 'admission' ? admissions : log).push(record),
    now,
    deliver,
    operations,
  })
  return { app, aws, log, admissions }
}
