/** What the gateway is made of, built once per process. */
import { type GatewayEnvironment, TENANT_ID } from '../../shared/tenant.ts'
import { type App, type AppDependencies, createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { clientOptions, ownCredentials } from './aws/clients.ts'
import { createConnections } from './aws/connection.ts'
import { createCredentials } from './aws/credentials.ts'
import { inlineKeySet, remoteKeySet } from './key-set.ts'
import { CONTROL_ATTEMPTS, STREAM_LIMITS, type StreamLimits } from './limits.ts'
import { createLog } from './log.ts'
import { createModelClient } from './model/client.ts'
import { pause } from './retry.ts'
import { createRouting } from './routing.ts'

export interface Environment {
  readonly gateway: GatewayEnvironment
  readonly region: string
}

export interface Gateway<Given> {
  readonly app: App<Given>
  /** Fetches what the first request would wait for; never rejects. */
  warm(): Promise<unknown>
}

/** @param deliver what the adapter makes of an answer */
export function createGateway<Given>(
  { gateway, region }: Environment,
  deliver: AppDependencies<Given>['deliver'],
  limits: StreamLimits = STREAM_LIMITS,
): Gateway<Given> {
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
    models: createModelClient({ region, connections, credentials, random, pause, limits }),
    log: createLog((line) => process.stdout.write(line)),
    now,
    deliver,
  })
  const warm = () =>
    Promise.allSettled([
      keySet.warm(),
      routing.get().then((tenant) => (tenant ? credentials.get(tenant.configuration) : undefined)),
    ])
  return { app, warm }
}

/** @throws Error naming the variable that is missing or wrong */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
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
