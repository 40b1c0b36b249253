/** One request to the gateway through a chosen local port, under the gateway's real name. */
import { readFileSync } from 'node:fs'
import { request as http } from 'node:http'
import { request as https } from 'node:https'

export interface Via {
  readonly port: number
  readonly caFile: string
}

export interface GatewayAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Milliseconds until the first token of a stream of server-sent events; absent for any other answer. */
  readonly first?: number
  /** Milliseconds until the whole answer had arrived. */
  readonly milliseconds: number
}

export interface GatewayCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly token?: string
  readonly body?: unknown
  /** Headers besides those of every call. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A minute: longer than the first answer of a cold function. */
const TIMEOUT_MILLISECONDS = 60_000

/** The model's text in a chunk of OpenAI's format. */
const FIRST_TOKEN = /"content":"[^"]/

export function callGateway(gatewayUrl: string, via: Via, call: GatewayCall): Promise<GatewayAnswer> {
  const { protocol, hostname } = new URL(gatewayUrl)
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const options = {
    host: '127.0.0.1',
    port: via.port,
    method: call.method,
    path: call.path,
    agent: false as const,
    timeout: TIMEOUT_MILLISECONDS,
    headers: {
      ...call.headers,
      host: hostname,
      ...(call.token !== undefined && { authorization: `Bearer ${call.token}` }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
  }
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const sent =
      protocol === 'https:' ? https({ ...options, servername: hostname, ca: readFileSync(via.caFile) }) : http(options)
    sent.on('timeout', () =>
      sent.destroy(new Error(`no answer from ${hostname} within ${TIMEOUT_MILLISECONDS / 1000} s`)),
    )
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let first: number | undefined
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (first === undefined && FIRST_TOKEN.test(chunk.toString())) first = performance.now() - started
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          ...(first !== undefined && { first }),
          milliseconds: performance.now() - started,
        }),
      )
    })
    sent.end(body)
  })
}
