/** For the tests of this folder: a load balancer with a hand-made ledger, and clients for it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { type Declared, Ledger, type Properties } from '../../ledger/ledger.ts'
import type { Origin, Path, Reach, Refusal } from '../../network/path.ts'
import { openAuthority } from '../../wire/authority.ts'
import type { Surroundings, WholeResponse } from '../../wire/service.ts'
import type { InvokeOptions, InvokeResult, Lambda } from '../lambda/lambda.ts'
import { ACCOUNT, declared, REGION } from '../lambda/testing.ts'
import { createLoadBalancer, type LoadBalancerEvent } from './load-balancer.ts'
import { Targets } from './targets.ts'

const elb = (rest: string) => `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:${rest}`
export const BALANCER_ARN = elb('loadbalancer/app/genai-hub/0123456789abcdef')
export const HTTPS_ARN = elb('listener/app/genai-hub/0123456789abcdef/443')
export const HTTP_ARN = elb('listener/app/genai-hub/0123456789abcdef/80')
export const TARGET_GROUP_ARN = elb('targetgroup/genai-tenant1/0123456789abcdef')
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:target`
export const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool'
export const LAPTOP: Origin = { kind: 'internet', address: '198.51.100.10' }
const CERTIFICATE_ARN = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/1`
const NOT_FOUND = {
  type: 'fixed-response',
  fixedResponse: { statusCode: '404', contentType: 'application/json', messageBody: '{"error":"none"}' },
}

export const balancer = (more: Properties = {}) =>
  declared('aws:lb/loadBalancer:LoadBalancer', BALANCER_ARN, {
    arn: BALANCER_ARN,
    dnsName: 'genai-hub-1.us-east-1.elb.amazonaws.com',
    ...more,
  })

export const listener = (protocol: 'HTTP' | 'HTTPS', more: Properties = {}) => {
  const arn = protocol === 'HTTPS' ? HTTPS_ARN : HTTP_ARN
  return declared('aws:lb/listener:Listener', arn, {
    arn,
    loadBalancerArn: BALANCER_ARN,
    port: protocol === 'HTTPS' ? 443 : 80,
    protocol,
    ...(protocol === 'HTTPS' && {
      certificateArn: CERTIFICATE_ARN,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
    }),
    defaultActions: [NOT_FOUND],
    ...more,
  })
}

export const FORWARD = { type: 'forward', order: 9, targetGroupArn: TARGET_GROUP_ARN }

export const rule = (
  priority: number,
  conditions: readonly Properties[],
  actions: readonly Properties[],
  listenerArn = HTTPS_ARN,
) => {
  const arn = `${listenerArn.replace(':listener/', ':listener-rule/')}/${priority}`
  return declared('aws:lb/listenerRule:ListenerRule', arn, { arn, listenerArn, priority, conditions, actions })
}

export const paths = (...values: readonly string[]): Properties => ({ pathPattern: { values } })
export const fixed = (messageBody: string): Properties => ({
  type: 'fixed-response',
  fixedResponse: { statusCode: '200', contentType: 'text/plain', messageBody },
})

export const targetGroup = (more: Properties = {}): readonly Declared[] => [
  declared('aws:lb/targetGroup:TargetGroup', TARGET_GROUP_ARN, {
    arn: TARGET_GROUP_ARN,
    targetType: 'lambda',
    ...more,
  }),
  declared('aws:lb/targetGroupAttachment:TargetGroupAttachment', 'attachment', {
    targetGroupArn: TARGET_GROUP_ARN,
    targetId: FUNCTION_ARN,
  }),
]

const pathOf = (from: Origin, port: number): Path => ({
  reachable: true,
  hops: [],
  address: '3.0.0.1',
  addresses: ['3.0.0.1'],
  target: {
    kind: 'loadBalancer',
    arn: BALANCER_ARN,
    port,
    seenAs: from.kind === 'internet' ? from.address : '10.0.0.9',
  },
})

export interface FixtureOptions {
  readonly lambda?: Pick<Lambda, 'invoke'>
  readonly invoke?: (options: InvokeOptions) => Promise<InvokeResult> | InvokeResult
  readonly reach?: (from: Origin, host: string, port: number) => Path | Refusal
  readonly keySet?: () => WholeResponse | Refusal
  readonly surroundings?: Surroundings
  readonly listsMatchWhole?: boolean
}

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export async function startLoadBalancer(resources: readonly Declared[], options: FixtureOptions = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'load-balancer-'))
  const authority = await openAuthority(directory)
  const clock = { now: 1_800_000_000 }
  const ledger = options.surroundings ? (options.surroundings.ledger as Ledger) : new Ledger()
  for (const resource of resources) await ledger.put(resource)
  const certificates = { [CERTIFICATE_ARN]: 'genai.example.com' }
  const account = { id: ACCOUNT, name: 'hub', models: [], serviceControlPolicies: [], roles: [], certificates }
  const surroundings: Surroundings = {
    ledger,
    organization: {
      id: 'o-1',
      arn: 'arn:aws:organizations::111111111111:organization/o-1',
      ramSharing: true,
      accounts: [account],
      deployerRoleArn: 'arn:aws:iam::111111111111:role/deployer',
      profiles: {},
    },
    authorize: async () => ({ allowed: true }),
    now: () => clock.now,
  }
  const keys = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }
  const fetched: { from: Origin; host: string; target: string }[] = []
  const invocations: InvokeOptions[] = []
  const events: LoadBalancerEvent[] = []
  const faults: unknown[] = []
  const reach: Reach = (_, from, host, port) => options.reach?.(from, host, port) ?? pathOf(from, port)
  const service = createLoadBalancer({
    surroundings,
    ...(options.listsMatchWhole !== undefined && { listsMatchWhole: options.listsMatchWhole }),
    targets: new Targets({ ledger, reach, portOf: () => undefined }),
    authority,
    reach,
    wire: {
      async call(from, { host, target }) {
        fetched.push({ from, host, target })
        return options.keySet?.() ?? { status: 200, headers: {}, body: JSON.stringify({ keys: [jwk] }) }
      },
    },
    lambda: options.lambda ?? {
      async invoke(given) {
        invocations.push(given)
        const answer = { requestId: 'request-1', payload: '{"statusCode":200,"body":"from the function"}' }
        return (await options.invoke?.(given)) ?? answer
      },
    },
    observe: (event) => events.push(event),
    onFault: (error) => faults.push(error),
  })
  const ca = await readFile(authority.caFile, 'utf8')
  const client = (port: number, secure = true) => ({
    /** Sends a request over HTTP/1.1. */
    async send(target: string, { headers = {}, method = 'GET', body = '' }: Sending = {}): Promise<Reply> {
      const requester = secure ? https : http
      const request = requester.request({
        port,
        ca,
        servername: 'localhost',
        host: '127.0.0.1',
        method,
        path: target,
        agent: false,
        headers: {
          host: 'genai.example.com',
          ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      })
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        request.once('response', resolve).once('error', reject).end(body)
      })
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }
    },
    async sendHttp2(target: string, headers: http2.OutgoingHttpHeaders = {}, body = ''): Promise<Reply> {
      const session = http2.connect(`https://localhost:${port}`, { ca })
      try {
        const stream = session.request({ ':path': target, ...headers }, { endStream: body === '' })
        if (body !== '') stream.end(body)
        const got = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
          stream.once('response', resolve).once('error', reject)
        })
        const chunks: Buffer[] = []
        for await (const chunk of stream) chunks.push(chunk)
        return { status: Number(got[':status']), headers: got, body: Buffer.concat(chunks).toString() }
      } finally {
        session.close()
      }
    },
    /** Writes these bytes, and reads until the connection ends or a complete answer has come. */
    async raw(bytes: string): Promise<string> {
      const socket = secure
        ? tls.connect({ port, ca, servername: 'localhost', host: '127.0.0.1' })
        : net.connect({ port, host: '127.0.0.1' })
      socket.write(bytes)
      return new Promise((resolve, reject) => {
        let got = ''
        socket.setTimeout(2_000, () => socket.destroy())
        socket.on('data', (chunk) => {
          got += chunk
          if (got.includes('</html>\r\n')) socket.end()
        })
        socket.once('close', () => resolve(got))
        socket.once('error', reject)
      })
    },
  })
  return {
    ledger,
    surroundings,
    service,
    clock,
    keys,
    jwk,
    fetched,
    invocations,
    events,
    faults,
    authority,
    client,
    async open(arn = HTTPS_ARN, from = LAPTOP) {
      const { port } = await service.open(from, arn)
      return { port, ...client(port, arn !== HTTP_ARN) }
    },
    token: (claims: JWTPayload = {}, header: { kid?: string; alg?: string } = {}) =>
      new SignJWT({ iss: ISSUER, exp: clock.now + 3600, iat: clock.now, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
        .sign(keys.privateKey),
    async close() {
      await service.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface Sending {
  readonly headers?: http.OutgoingHttpHeaders
  readonly method?: string
  readonly body?: string
}
