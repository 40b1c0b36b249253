/** Lambda's entry: builds what the app needs once per process, then turns events into requests and responses into results. */
import { type GatewayEnvironment, TENANT_ID } from '../../shared/tenant.ts'
import { type App, createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { clientOptions, ownCredentials } from './aws-clients.ts'
import { createConnections } from './connection.ts'
import { createCredentials } from './credentials.ts'
import type { RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { type LoadBalancerResult, sendWhole, targetOf, toRequest, toResult, type WholeAnswer } from './event.ts'
import { inlineKeySet, remoteKeySet } from './key-set.ts'
import { CONTROL_ATTEMPTS } from './limits.ts'
import { createLog } from './log.ts'
import { createModelClient } from './model-client.ts'
import { pause } from './retry.ts'
import { createRouting } from './routing.ts'

const { app, warm } = build(readEnvironment(process.env))
// While Lambda waits for the first event, keys, items and credentials are already on their way. What fails here is tried
// again, and reported, by the request that needs it.
void warm()

export async function handler(event: unknown, context: RequestContext): Promise<LoadBalancerResult> {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return toResult(await app(incoming, context), event)
}

interface Environment {
  readonly gateway: GatewayEnvironment
  readonly region: string
}

function build({ gateway, region }: Environment): { app: App<WholeAnswer>; warm: () => Promise<unknown> } {
  const tenantId = gateway.TENANT_ID
  const now = Date.now
  const random = Math.random
  const connections = createConnections()
  const keySet =
    gateway.KEY_SET === undefined ? remoteKeySet(gateway.ISSUER, connections, now) : inlineKeySet(gateway.KEY_SET)
  const client = clientOptions(region, connections, ownCredentials(process.env), CONTROL_ATTEMPTS)
  const routing = createRouting({ tenantId, tableName: gateway.TABLE_NAME, region, client, now })
  const credentials = createCredentials({ tenantId, client, now })
  const app = createApp({
    tenantId,
    authenticate: createAuthenticate({
      tenantId,
      issuer: gateway.ISSUER,
      clientId: gateway.CLIENT_ID,
      getKey: keySet.getKey,
      now,
    }),
    routing,
    models: createModelClient({ region, connections, credentials, random, pause }),
    log: createLog((line) => process.stdout.write(line)),
    now,
    deliver: sendWhole,
  })
  const warm = () =>
    Promise.allSettled([
      keySet.warm(),
      routing.get().then((tenant) => (tenant ? credentials.get(tenant.configuration) : undefined)),
    ])
  return { app, warm }
}

function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const required = (name: string): string => {
    const value = environment[name]
    if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`)
    return value
  }
  const tenantId = required('TENANT_ID')
  if (!TENANT_ID.test(tenantId)) throw new Error('The environment variable TENANT_ID is not a tenant id.')
  const keySet = environment.KEY_SET
  return {
    gateway: {
      TENANT_ID: tenantId,
      TABLE_NAME: required('TABLE_NAME'),
      ISSUER: required('ISSUER'),
      CLIENT_ID: required('CLIENT_ID'),
      ...(keySet ? { KEY_SET: keySet } : {}),
    },
    region: required('AWS_REGION'),
  }
}
