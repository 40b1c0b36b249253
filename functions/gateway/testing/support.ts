/** Shared by the tests of this folder: a user pool's keys and tokens, a tenant, and AWS behind a fake transport. */
import { Readable } from 'node:stream'
import { HttpResponse } from '@smithy/core/protocols'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { readTold } from '../../../shared/gateway-settings.ts'
import type { TenantConfiguration } from '../../../shared/tenant-configuration.ts'
import { clientOptions } from '../aws/clients.ts'
import { ConnectionError, type ConnectionFailure, type Connections, type SdkRequest } from '../aws/connection.ts'
import type { RequestContext } from '../deadline.ts'
import type { Answer } from '../model/errors.ts'
import { eventFrame } from '../model/event-stream.ts'

export const REGION = 'us-east-1'
export const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example'
export const CLIENT_ID = '1example23456789'
export const ENDPOINT = 'vpce-0123456789abcdef0-abcdefgh.bedrock-runtime.us-east-1.vpce.amazonaws.com'
export const OWN_CREDENTIALS = { accessKeyId: 'ASIAOWN', secretAccessKey: 'own-secret', sessionToken: 'own-session' }

export const CONFIGURATION: TenantConfiguration = {
  ...readTold(() => undefined),
  tenantId: 'tenant1',
  item: 'configuration',
  account: '222222222222',
  models: {
    'nova-2-lite': 'us.amazon.nova-2-lite-v1:0',
    'claude-haiku-4.5': 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  },
  defaultModel: 'nova-2-lite',
  roleArn: 'arn:aws:iam::222222222222:role/genai-models-tenant1',
  externalId: '111111111111/tenant1',
  endpoint: ENDPOINT,
}

export const context = (remaining = 30_000): RequestContext => ({
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => remaining,
})

/** What the gateway adds to a request of {@link context}. */
export const REQUEST_METADATA = { 'genai:request': 'request-1', 'genai:tenant': 'tenant1' }

/** Makes a signing key of a user pool. */
export async function createSigner(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  const sign = (claims: JWTPayload, header: { readonly alg?: string; readonly kid?: string } = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey)
  return { jwk, sign, publicKey }
}

/** Claims of a valid ID token of tenant1 at `nowSeconds`. */
export function claims(nowSeconds: number, changes: Readonly<Record<string, unknown>> = {}): JWTPayload {
  return {
    iss: ISSUER,
    aud: CLIENT_ID,
    sub: '7a1c0c1e-user',
    token_use: 'id',
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    'custom:tenant_id': 'tenant1',
    'cognito:groups': ['tenant1'],
    ...changes,
  }
}

/** The tenant's items as DynamoDB answers them. */
export function items(changes: Partial<Record<keyof TenantConfiguration, unknown>> = {}, status?: string) {
  const { tenantId, item, account, defaultModel, roleArn, externalId, endpoint, models } = CONFIGURATION
  const texts = { tenantId, item, account, defaultModel, roleArn, externalId, endpoint }
  const configuration: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, { S: value }])),
    models: { M: Object.fromEntries(Object.entries(models).map(([name, id]) => [name, { S: id }])) },
    ...changes,
  }
  const statusItem = {
    tenantId: { S: tenantId },
    item: { S: 'status' },
    status: { S: status },
    changedAt: { S: '2026-11-01' },
  }
  return { Items: status === undefined ? [configuration] : [configuration, statusItem] }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

export const exception = (type: string, status: number, message = '', headers: Record<string, string> = {}): Answer =>
  json({ message }, status, { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/`, ...headers })

export const CONVERSE_ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  metrics: { latencyMs: 7 },
}

export function session(number: number, expiration: number): Answer {
  const credentials = `<AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>secret/${number}+=</SecretAccessKey><SessionToken>session${number}</SessionToken><Expiration>${new Date(expiration).toISOString()}</Expiration>`
  return {
    status: 200,
    headers: {},
    body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  }
}

export const stsError = (code: string, status: number): Answer => ({
  status,
  headers: {},
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
})

type Service = 'cognito-idp' | 'dynamodb' | 'sts' | 'bedrock-runtime'
/** An answer whose body arrives in pieces. A promise among them is waited for; an error breaks the connection. */
export interface StreamReply {
  readonly status: 200
  readonly headers: Readonly<Record<string, string>>
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array | Promise<Uint8Array>>
}
type Made = Answer | StreamReply | ConnectionFailure
/** A call of AWS as it was sent. */
export interface Exchange {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal | undefined
  readonly timeoutMilliseconds: number | undefined
}
type Reply = Made | ((exchange: Exchange) => Made | Promise<Made>)

/** An answer of Bedrock that streams; each piece is what one read brings. */
export const streamed = (...chunks: (Uint8Array | Promise<Uint8Array>)[]): StreamReply => ({
  status: 200,
  headers: { 'content-type': 'application/vnd.amazon.eventstream' },
  chunks,
})

/** A short answer of ConverseStream, one frame in each piece. */
export const converseFrames = (...texts: readonly string[]): Uint8Array[] => [
  eventFrame('messageStart', { role: 'assistant' }),
  ...texts.map((text) => eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
  eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
  eventFrame('messageStop', { stopReason: 'end_turn' }),
  eventFrame('metadata', { usage: CONVERSE_ANSWER.usage, metrics: { latencyMs: 7 } }),
]

/** AWS as the SDK's clients see it: a reply for each service, which tests can change, and a list of all exchanges. */
export function createFakeAws(replies: Record<Service, Reply>) {
  const exchanges: Exchange[] = []
  /** Exchanges whose answer was closed before its end. */
  const closed: Exchange[] = []
  const connections: Connections = {
    async handle(request, { abortSignal, requestTimeout } = {}) {
      const exchange = exchangeOf(request, abortSignal, requestTimeout)
      exchanges.push(exchange)
      const reply = replies[serviceOf(exchange.host)]
      const made = typeof reply === 'function' ? await reply(exchange) : reply
      if (typeof made === 'string') throw new ConnectionError(made, exchange.host)
      const chunks = 'chunks' in made ? made.chunks : [new TextEncoder().encode(made.body)]
      const { status: statusCode, headers } = made
      const body = bodyOf(chunks, exchange, () => closed.push(exchange))
      return { response: new HttpResponse({ statusCode, headers: headers as Record<string, string>, body }) as never }
    },
  }
  const sent = (service: Service) => exchanges.filter(({ host }) => serviceOf(host) === service)
  const client = clientOptions(REGION, connections, OWN_CREDENTIALS, 2)
  return { connections, client, replies, sent, closed }
}

function exchangeOf(
  { hostname: host, method, path, headers, body }: SdkRequest,
  signal: AbortSignal | undefined,
  timeoutMilliseconds: number | undefined,
): Exchange {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array | undefined)
  return { host, method, path, headers, body: text, signal, timeoutMilliseconds }
}

function bodyOf(chunks: StreamReply['chunks'], { host, signal }: Exchange, onClose: () => void): Readable {
  const { promise: destroyed, reject } = Promise.withResolvers<never>()
  destroyed.catch(() => {})
  async function* pieces() {
    const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    while (true) {
      const { value, done } = await Promise.race([iterator.next(), destroyed])
      if (done) return
      yield await Promise.race([value, destroyed])
    }
  }
  const body = Readable.from(pieces(), { objectMode: false, highWaterMark: 1 })
  let closed = false
  const destroy = body.destroy.bind(body)
  body.destroy = (error) => {
    if (!closed && !body.readableEnded) onClose()
    closed = true
    // Ending a stream that was made of a generator waits for what the generator waits for; ending a connection does not.
    reject(error ?? new ConnectionError('aborted', host))
    return destroy(error)
  }
  signal?.addEventListener('abort', () => body.destroy(new ConnectionError('aborted', host)))
  return body
}

function serviceOf(host: string): Service {
  if (host.startsWith('sts.')) return 'sts'
  if (host.startsWith('dynamodb.')) return 'dynamodb'
  return host.startsWith('cognito-idp.') ? 'cognito-idp' : 'bedrock-runtime'
}

/** Makes a promise that is settled from outside. */
export function deferred<T>() {
  return Promise.withResolvers<T>()
}
