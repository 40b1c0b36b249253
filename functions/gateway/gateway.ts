/** Puts the gateway's dependencies together, once per process. */
import { type GatewayEnvironment, HUB_OWNER, TENANT_ID } from '../../shared/tenant.ts'
import { type App, type AppDependencies, createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { createAuthenticateMachine } from './authenticate-machine.ts'
import { clientOptions, ownCredentials } from './aws/clients.ts'
import { type Connections, createConnections } from './aws/connection.ts'
import { createCredentials } from './aws/tenant-credentials.ts'
import { CONTROL_ATTEMPTS, STREAM_LIMITS, type StreamLimits } from './constants.ts'
import { inlineKeySet, type KeySet, remoteKeySet } from './key-set.ts'
import { createLog } from './log.ts'
import { createCounters } from './metering/counters.ts'
import { createMetering } from './metering/meter.ts'
import { createCounterStore } from './metering/store.ts'
import { createReadUsage } from './metering/usage.ts'
import { createModelClient } from './model/client.ts'
import { readPeopleClaim } from './people-claim.ts'
import { pause } from './retry.ts'
import { createStoredKeySets, type StoredKeySetsOptions } from './stored-key-set.ts'
import { createRouting } from './tenant-lookup.ts'

export interface Environment {
  readonly gateway: GatewayEnvironment
  readonly region: string
}

export interface Gateway<Given> {
  readonly app: App<Given>
  /** Fetches what the first request would have to wait for. Never rejects. */
  warm(): Promise<unknown>
  /** Resolves when the use of all requests is in their counters. Never rejects. */
  settled(): Promise<unknown>
}

/**
 * @param deliver what the adapter turns an answer into
 * @param settling whether the use of a request is settled before its answer is sent, or after it
 */
export function createGateway<Given>(
  { gateway, region }: Environment,
  deliver: AppDependencies<Given>['deliver'],
  settling: 'before' | 'after',
  limits: StreamLimits = STREAM_LIMITS,
): Gateway<Given> {
  const tenantId = gateway.TENANT_ID
  const now = Date.now
  const random = Math.random
  const connections = createConnections()
  const client = clientOptions(region, connections, ownCredentials(process.env), CONTROL_ATTEMPTS)
  const keySet = keySetOf({ gateway, region }, { client, connections, now })
  const { KEY_SETS_TABLE: keySetsTable } = gateway
  const machines =
    keySetsTable === undefined
      ? undefined
      : createStoredKeySets({ tableName: keySetsTable, owner: tenantId, region, client, now })
  const routing = createRouting({ tenantId, tableName: gateway.TABLE_NAME, region, client, now })
  const credentials = createCredentials({ tenantId, client, now })
  const write = (line: string) => process.stdout.write(line)
  const { USAGE_TABLE: usageTable } = gateway
  const store =
    usageTable === undefined ? undefined : createCounterStore({ tableName: usageTable, region, client, random, pause })
  const counters = store && createCounters(store, now)
  const unsettled = new Set<Promise<void>>()
  const app = createApp({
    tenantId,
    // Nothing runs after a function's answer, so the use must be settled before.
    compute: settling === 'before' ? 'lambda' : 'fargate',
    metering: createMetering({
      tenantId,
      ...(counters && { counters }),
      now,
      warn: (line) => write(`${JSON.stringify(line)}\n`),
    }),
    readUsage: createReadUsage({ tenantId, ...(store && { store }), now }),
    settling:
      settling === 'before'
        ? 'before'
        : (settled) => {
            unsettled.add(settled)
            void settled.then(() => unsettled.delete(settled))
          },
    authenticate: createAuthenticate({
      tenantId,
      issuer: gateway.ISSUER,
      clientId: gateway.CLIENT_ID,
      ...(gateway.PEOPLE_CLAIM !== undefined && { people: readPeopleClaim(gateway.PEOPLE_CLAIM) }),
      getKey: keySet.getKey,
      now,
    }),
    authenticateMachine: createAuthenticateMachine({ tenantId, keySets: machines, now }),
    routing,
    models: createModelClient({ region, connections, credentials, random, pause, limits }),
    log: createLog(write),
    now,
    deliver,
  })
  const warm = () =>
    Promise.allSettled([
      keySet.warm(),
      routing.get().then((tenant) => (tenant ? credentials.get(tenant.configuration) : undefined)),
    ])
  return { app, warm, settled: () => Promise.all(unsettled) }
}

/** One of three ways, depending on the hub's `keySetVia`. */
function keySetOf(
  { gateway, region }: Environment,
  { client, connections, now }: Pick<StoredKeySetsOptions, 'client' | 'now'> & { readonly connections: Connections },
): KeySet {
  if (gateway.KEY_SET !== undefined) return inlineKeySet(gateway.KEY_SET)
  const { KEY_SETS_TABLE: tableName } = gateway
  if (tableName === undefined) return remoteKeySet(gateway.ISSUER, connections, now)
  return createStoredKeySets({ tableName, owner: HUB_OWNER, region, client, now })(gateway.ISSUER)
}

/** @throws Error that names the variable that is missing or wrong */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const required = (name: string): string => {
    const value = environment[name]
    if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`)
    return value
  }
  const tenantId = required('TENANT_ID')
  if (!TENANT_ID.test(tenantId)) throw new Error('The environment variable TENANT_ID is not a tenant id.')
  const {
    KEY_SET: keySet,
    KEY_SETS_TABLE: keySetsTable,
    USAGE_TABLE: usageTable,
    PEOPLE_CLAIM: peopleClaim,
  } = environment
  // The form of a provider's tokens must not be guessed.
  if (peopleClaim) readPeopleClaim(peopleClaim)
  return {
    gateway: {
      TENANT_ID: tenantId,
      TABLE_NAME: required('TABLE_NAME'),
      ISSUER: required('ISSUER'),
      CLIENT_ID: required('CLIENT_ID'),
      ...(peopleClaim ? { PEOPLE_CLAIM: peopleClaim } : {}),
      ...(keySet ? { KEY_SET: keySet } : {}),
      ...(keySetsTable ? { KEY_SETS_TABLE: keySetsTable } : {}),
      ...(usageTable ? { USAGE_TABLE: usageTable } : {}),
    },
    region: required('AWS_REGION'),
  }
}
