/** The gateway's server as a process of its own, in the place of a tenant's function: its subnet, its role, its variables. */
import { request as httpRequest } from 'node:http'
import {
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { bundle } from '../../proof/bench/bundles.ts'
import { CHAT, startServer } from '../../proof/bench/stream-subject.ts'
import type { Platform } from '../../proof/harness/platform.ts'

export interface ServerProcess {
  /** Without the load balancer: nobody has judged the token before it. */
  readonly url: string
  close(): Promise<void>
}

export async function startServerProcess({ cloud, hub, caFile }: Platform, tenantId: string): Promise<ServerProcess> {
  const functionName = `genai-gateway-${tenantId}`
  const declared = cloud.ledger.findBy('aws:lambda/function:Function', 'name', functionName)
  if (!declared) throw new Error(`There is no function ${functionName}.`)
  const { variables } = declared.outputs.environment as { readonly variables: Readonly<Record<string, string>> }
  const { account, region } = hub
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials.issue(
    {
      arn: `arn:aws:sts::${account}:assumed-role/${functionName}/${functionName}`,
      account,
      roleArn: `arn:aws:iam::${account}:role/${functionName}`,
      sessionName: functionName,
      tags: {},
      sessionPolicies: [],
      sourceFunctionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    },
    3_600,
  )
  const { port } = await cloud.wire.open({ kind: 'function', functionName, account })
  const environment = {
    ...variables,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    NODE_EXTRA_CA_CERTS: caFile,
    // The probe sends its connections there, under their own names.
    STAND_IN_PORT: `${port}`,
  }
  const probe = await bundle('clients-probe', 'proof/bench/probe.ts')
  const { file } = await bundle('clients-server', 'functions/gateway/server.ts')
  const server = await startServer('server', file, CHAT, { probe: probe.file, environment, token: '' })
  // AWS's clients send no token without TLS, which the load balancer ends on AWS; so is HTTP/2, which those for JavaScript speak.
  const overHttp2 = createHttp2Server((request, response) => toHttp1(request, response, server.port))
  const secured = { ...cloud.authority.issue(['localhost']), ALPNProtocols: ['h2', 'http/1.1'] }
  const front = createServer(secured, (socket) => {
    if (socket.alpnProtocol === 'h2') return void overHttp2.emit('connection', socket)
    const back = connect(server.port, '127.0.0.1')
    for (const [one, other] of [
      [socket, back],
      [back, socket],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(front.address() as AddressInfo).port}/${tenantId}`,
    async close() {
      front.close()
      await server.stop()
    },
  }
}

/** Headers of one HTTP/1.1 connection, which HTTP/2 must not have (RFC 9113, 8.2.2). */
const OF_A_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

function toHttp1(request: Http2ServerRequest, response: Http2ServerResponse, port: number): void {
  const { ':authority': host, ...sent } = request.headers
  const headers = Object.fromEntries(Object.entries({ ...sent, host }).filter(([name]) => !name.startsWith(':')))
  const back = httpRequest(
    { host: '127.0.0.1', port, method: request.method, path: request.url, headers },
    (answer) => {
      const passed = Object.entries(answer.headers).filter(([name]) => !OF_A_CONNECTION.has(name))
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed))
      answer.pipe(response)
      answer.on('close', () => answer.complete || response.stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    },
  )
  request.pipe(back)
  back.on('error', () => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  response.on('close', () => back.destroy())
}
