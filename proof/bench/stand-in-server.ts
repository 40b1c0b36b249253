/**
 * AWS without any latency: the key set, the table, STS and Bedrock behind one TLS port that speaks HTTP/2 and HTTP/1.1. It checks
 * nothing; what is measured is the client's side.
 */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { answerStream } from './stand-in-stream.ts'
import { counterAt, itemsOf } from './tenant.ts'

export interface StandInOptions {
  readonly key: string
  readonly cert: string
  readonly keySet: string
}

/** Asks the stand-in's process how many writes each table of counters has had. */
export const WRITES = 'writes'
export type Writes = Readonly<Record<string, number>>

/**
 * Asked before a write of a counter is answered.
 * @param table the name of its table
 * @param gaveUp whether the writer has closed the connection, as after its own time limit
 */
export type OnWrite = (table: string, gaveUp: () => boolean) => Promise<void> | void

const ANSWER = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'Hello to you too.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
  metrics: { latencyMs: 0 },
})

export async function startStandIn(
  { key, cert, keySet }: StandInOptions,
  onWrite: OnWrite = () => {},
): Promise<{ readonly port: number; close(): void }> {
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
    if (request.url.endsWith('/converse-stream')) return void answerStream(request, response)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => void answer(request, response, keySet, chunks, onWrite))
  })
  // A server with Nagle's algorithm holds a new connection's first answer back until the client's delayed ACK, 40 ms later.
  server.on('connection', (socket: Socket) => socket.setNoDelay(true))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

async function answer(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  keySet: string,
  sent: readonly Buffer[],
  onWrite: OnWrite,
): Promise<void> {
  let closed = false
  response.once('close', () => {
    closed = true
  })
  const gaveUp = () => closed
  const service = (request.authority ?? request.headers.host ?? '').split('.')[0]
  const [type, body] =
    service === 'sts'
      ? ['text/xml', session()]
      : service === 'dynamodb'
        ? ['application/x-amz-json-1.0', await tableAnswer(request, sent, (table) => onWrite(table, gaveUp))]
        : ['application/json', service === 'cognito-idp' ? keySet : ANSWER]
  response.setHeader('content-type', type)
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(body)
}

/** Counters that have room, whatever is written. */
async function tableAnswer(
  { headers }: Http2ServerRequest,
  sent: readonly Buffer[],
  onWrite: (table: string) => Promise<void> | void,
): Promise<string> {
  const { TableName } = JSON.parse(Buffer.concat(sent).toString())
  if (!`${headers['x-amz-target']}`.endsWith('.UpdateItem')) return JSON.stringify(itemsOf(TableName))
  await onWrite(TableName)
  return JSON.stringify(counterAt(Math.floor(Date.now() / 60_000)))
}

function session(): string {
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  const credentials = `<AccessKeyId>ASIABENCHMARK</AccessKeyId><SecretAccessKey>benchmark</SecretAccessKey><SessionToken>benchmark</SessionToken><Expiration>${expiration}</Expiration>`
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`
}
