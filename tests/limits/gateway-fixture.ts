/** The gateway with a fake Bedrock, and its counters on a table of the local DynamoDB. */
import { fromRequest, toResponse } from '../../functions/gateway/adapters/web.ts'
import { createApp } from '../../functions/gateway/app.ts'
import { createCredentials } from '../../functions/gateway/aws/tenant-credentials.ts'
import type { LogRecord } from '../../functions/gateway/log.ts'
import { createMetering } from '../../functions/gateway/metering/meter.ts'
import { createReadUsage } from '../../functions/gateway/metering/usage.ts'
import type { MeterWarning } from '../../functions/gateway/metering/warnings.ts'
import { createModelClient } from '../../functions/gateway/model/client.ts'
import {
  CONFIGURATION,
  CONVERSE_ANSWER,
  createFakeAws,
  items,
  json,
  REGION,
  session,
} from '../../functions/gateway/testing/support.ts'
import type { ModelPrice } from '../../shared/cost.ts'
import type { Limits } from '../../shared/limits.ts'
import type { Counting } from './counters-fixture.ts'

/** $1.00 and $5.00 a million tokens. */
export const PRICE: ModelPrice = { input: 1_000_000, output: 5_000_000 }
const NOVA = CONFIGURATION.models['nova-2-lite'] as string
const MODELS = { ...CONFIGURATION.models, titan: 'amazon.titan-embed-text-v2:0' }

export interface GatewayOptions {
  readonly limits?: Limits
  readonly now: () => number
  /** Asked after Nova. */
  readonly fallbacks?: readonly string[]
  /** @default of Nova */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  readonly caller?: string
  readonly settling?: 'before' | ((settled: Promise<void>) => void)
}

export function startGateway(
  counting: Counting,
  { limits, now, prices = { [NOVA]: PRICE }, caller = 'caller1', settling = 'before', fallbacks }: GatewayOptions,
) {
  const aws = createFakeAws({
    dynamodb: json(items()),
    sts: session(1, now() + 3_600_000),
    'bedrock-runtime': json(CONVERSE_ANSWER),
    'cognito-idp': 'broken',
  })
  const log: LogRecord[] = []
  const warnings: MeterWarning[] = []
  const random = () => 0
  const who = async () => ({ user: 'user1', id: caller })
  const app = createApp({
    compute: 'lambda',
    tenantId: 'tenant1',
    authenticate: who,
    authenticateMachine: who,
    routing: {
      get: async () => ({
        configuration: {
          ...CONFIGURATION,
          models: MODELS,
          ...(fallbacks && { fallbacks: { 'nova-2-lite': fallbacks } }),
          prices,
          pricesAsOf: '2026-11-30',
        },
        suspended: false,
        blocked: new Map(),
        ...(limits && { limits }),
      }),
    },
    metering: createMetering({
      tenantId: 'tenant1',
      counters: counting.process(now),
      now,
      warn: (line) => warnings.push(line),
    }),
    readUsage: createReadUsage({ tenantId: 'tenant1', store: counting.store, now }),
    settling,
    models: createModelClient({
      region: REGION,
      connections: aws.connections,
      credentials: createCredentials({ tenantId: 'tenant1', client: aws.client, now }),
      random,
      pause: async () => {},
    }),
    log: (record) => void (record.phase === 'admission' || log.push(record)),
    now,
    deliver: async (answer) => toResponse(answer),
  })
  const usage = () =>
    app(fromRequest(new Request('https://gateway.invalid/tenant1/usage')), {
      awsRequestId: 'usage',
      getRemainingTimeInMillis: () => 60_000,
    })
  /** The app as a client's `fetch`. */
  const fetch = (request: Request, remaining = 60_000) =>
    app(fromRequest(request), { awsRequestId: `request-${log.length}`, getRemainingTimeInMillis: () => remaining })
  const ask = (path: string, body: unknown) =>
    fetch(new Request(`https://gateway.invalid/tenant1${path}`, { method: 'POST', body: JSON.stringify(body) }))
  const invoke = (maxTokens = 100, model?: string) =>
    ask('/invoke', { prompt: 'Hello', maxTokens, ...(model && { model }) })
  return { fetch, ask, invoke, usage, aws, log, warnings }
}
