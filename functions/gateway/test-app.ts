/** The app with everything real but the connections and the clock, for tests. */
import { createLocalJWKSet, type JWK } from 'jose'
import { type AppDependencies, createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { createSignedCall } from './aws.ts'
import { createCredentials } from './credentials.ts'
import type { LogRecord } from './log.ts'
import { createModelClient } from './model-client.ts'
import { createRouting } from './routing.ts'
import {
  CLIENT_ID,
  CONVERSE_ANSWER,
  createFakeAws,
  ISSUER,
  items,
  json,
  OWN_CREDENTIALS,
  REGION,
  session,
} from './test-support.ts'

/** @param changes what the app is made of otherwise, such as `operations` or `deliver` */
export function createTestApp(key: JWK, time: number, changes: Partial<AppDependencies> = {}) {
  const now = () => time
  const random = () => 0
  const aws = createFakeAws({
    dynamodb: json(items()),
    sts: session(1, time + 3_600_000),
    'bedrock-runtime': json(CONVERSE_ANSWER),
    'cognito-idp': 'broken',
  })
  const { transport, openTransport } = aws
  const signed = (service: string) =>
    createSignedCall({ transport, credentials: OWN_CREDENTIALS, region: REGION, service, now })
  const credentials = createCredentials({ tenantId: 'tenant1', region: REGION, call: signed('sts'), now, random })
  const log: LogRecord[] = []
  const app = createApp({
    tenantId: 'tenant1',
    authenticate: createAuthenticate({
      tenantId: 'tenant1',
      issuer: ISSUER,
      clientId: CLIENT_ID,
      getKey: createLocalJWKSet({ keys: [key] }),
      now,
    }),
    routing: createRouting({
      tenantId: 'tenant1',
      tableName: 'genai-tenants',
      region: REGION,
      call: signed('dynamodb'),
      now,
      random,
    }),
    models: createModelClient({
      region: REGION,
      transport,
      openTransport,
      credentials,
      now,
      random,
      pause: async () => {},
    }),
    log: (record) => log.push(record),
    now,
    ...changes,
  })
  return { app, aws, log }
}
