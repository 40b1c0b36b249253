/** Lambda's entry: builds what the app needs once per process, then turns events into requests and responses into results. */
import { Agent } from 'node:https'
import { type GatewayEnvironment, TENANT_ID } from '../../shared/tenant.ts'
import { type App, createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { type AwsCredentials, createSignedCall } from './aws.ts'
import { createCredentials } from './credentials.ts'
import type { RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { fromResponse, type LoadBalancerResult, sendWhole, targetOf, toRequest } from './event.ts'
import { inlineKeySet, remoteKeySet } from './key-set.ts'
import { createLog } from './log.ts'
import { createModelClient } from './model-client.ts'
import { pause } from './retry.ts'
import { createRouting } from './routing.ts'
import { createOpenTransport, createTransport } from './transport.ts'

const { app, warm } = build(readEnvironment(process.env))
// While Lambda waits for the first event, keys, items and credentials are already on their way. What fails here is tried
// again, and reported, by the request that needs it.
void warm()

export async function handler(event: unknown, context: RequestContext): Promise<LoadBalancerResult> {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return await fromResponse(await app(incoming, context), event)
}

interface Environment {
  readonly gateway: GatewayEnvironment
  readonly region: string
  /** Of the execution role; fixed for the life of the process. */
  readonly credentials: AwsCredentials
}

function build({ gateway, region, credentials: own }: Environment): { app: App; warm: () => Promise<unknown> } {
  const tenantId = gateway.TENANT_ID
  const now = Date.now
  const random = Math.random
  const agent = new Agent({ keepAlive: true })
  const transport = createTransport(agent)
  const openTransport = createOpenTransport(agent)
  const keySet =
    gateway.KEY_SET === undefined ? remoteKeySet(gateway.ISSUER, transport, now) : inlineKeySet(gateway.KEY_SET)
  const signed = (service: string) => createSignedCall({ transport, credentials: own, region, service, now })
  const routing = createRouting({
    tenantId,
    tableName: gateway.TABLE_NAME,
    region,
    call: signed('dynamodb'),
    now,
    random,
  })
  const credentials = createCredentials({ tenantId, region, call: signed('sts'), now, random })
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
    models: createModelClient({ region, transport, openTransport, credentials, now, random, pause }),
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
    credentials: {
      accessKeyId: required('AWS_ACCESS_KEY_ID'),
      secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
      sessionToken: required('AWS_SESSION_TOKEN'),
    },
  }
}
