import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http2 from 'node:http2'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Ledger } from '../ledger/ledger.ts'
import type { Origin, Path, Refusal } from '../network/path.ts'
import { localAgent } from './agent.ts'
import { openAuthority } from './authority.ts'
import type { Service, WireRequest, WireResponse } from './service.ts'
import { startWire, type Wire, type WireEvent } from './wire.ts'

const HOST = 'echo.us-east-1.amazonaws.com'
const FROM: Origin = { kind: 'internet', address: '198.51.100.10' }
const ADDRESS = '192.0.2.1'
const reachable = (target: Path['target']): Path => ({
  reachable: true,
  hops: [],
  address: ADDRESS,
  addresses: [ADDRESS],
  target,
})
const PUBLIC = reachable({ kind: 'service', service: 'echo', region: 'us-east-1' })
const refused = (shows: Refusal['shows']): Refusal => ({
  reachable: false,
  layer: 'route',
  reason: 'no route',
  hops: [],
  shows,
})

describe('the wire', () => {
  let directory: string
  let wire: Wire
  let port: number
  let caFile: string
  let answer: (request: WireRequest) => Promise<WireResponse>
  let outcome: Path | Refusal = PUBLIC
  const ledger = new Ledger()
  const events: WireEvent[] = []
  const faults: unknown[] = []
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'wire-'))
    const authority = await openAuthority(directory)
    caFile = authority.caFile
    const echo: Service = { name: 'echo', handle: (request) => answer(request) }
    wire = startWire({
      surroundings: {
        ledger,
        organization: { id: 'o', arn: 'a', ramSharing: true, accounts: [], deployerRoleArn: 'd', profiles: {} },
        authorize: async () => ({ allowed: true }),
        now: () => 1_800_000_000,
      },
      services: [echo],
      authority,
      reach: () => outcome,
      observe: (event) => events.push(event),
      onFault: (error) => faults.push(error),
    })
    port = (await wire.open(FROM)).port
  })
  afterAll(async () => {
    await wire.close()
    await rm(directory, { recursive: true })
  })
  /** What the network says from now on; it is asked again after a change of the ledger only. */
  async function network(says: Path | Refusal): Promise<void> {
    outcome = says
    await ledger.put({
      urn: 'urn:a',
      type: 't',
      id: 'i',
      account: '1',
      region: 'r',
      inputs: {},
      outputs: {},
      options: { dependencies: [], protect: false, retainOnDelete: false },
    })
  }
  beforeEach(async () => {
    await network(PUBLIC)
    answer = async ({ method, target, headers, body, host, context }) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method, target, headers, body: Buffer.from(body).toString(), host, context }),
    })
    events.length = 0
    faults.length = 0
  })

  /** One HTTP/1.1 request. */
  function fetchText(
    { host = HOST, body = '', agent }: { host?: string; body?: string; agent?: https.Agent } = {},
    timeout = 60_000,
  ): Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }> {
    const own = agent ?? localAgent({ port, caFile, keepAlive: false })
    return new Promise((done, failed) => {
      const request = https.request(
        { agent: own, host, path: '/a?b=c', method: 'POST', headers: { 'X-Test': '1' } },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }))
          response.on('error', failed)
        },
      )
      request.setTimeout(timeout, () => request.destroy(new Error('timeout')))
      request.on('error', failed)
      request.end(body)
    })
  }

  it('carries HTTP/1.1 by the server name, with a certificate for it', async () => {
    const { status, headers, text } = await fetchText({ body: 'hello' })
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      method: 'POST',
      target: '/a?b=c',
      body: 'hello',
      host: HOST,
      headers: { host: HOST, 'x-test': '1' },
      context: { 'aws:SourceIp': '198.51.100.10' },
    })
    expect(headers.date).toBe('Fri, 15 Jan 2027 08:00:00 GMT')
  })

  it('keeps a connection without a request open as long as an interface endpoint does, 350 s', async () => {
    const agent = localAgent({ port, caFile })
    expect((await fetchText({ agent })).headers).toMatchObject({
      connection: 'keep-alive',
      'keep-alive': 'timeout=350',
    })
    agent.destroy()
  })

  it('carries HTTP/2 with the same requests, several at a time', async () => {
    const ca = await readFile(caFile)
    const session = http2.connect(`https://${HOST}`, {
      createConnection: () => connect({ host: '127.0.0.1', port, servername: HOST, ca, ALPNProtocols: ['h2'] }),
    })
    const send = (body: string) =>
      new Promise<string>((done, failed) => {
        const stream = session.request({ ':authority': HOST, ':method': 'POST', ':path': '/a?b=c', 'x-test': '1' })
        let text = ''
        stream.on('data', (chunk) => {
          text += chunk
        })
        stream.on('end', () => done(text))
        stream.on('error', failed)
        stream.end(body)
      })
    const answers = await Promise.all(['one', 'two', 'three'].map(send))
    expect(answers.map((text) => JSON.parse(text))).toMatchObject(
      ['one', 'two', 'three'].map((body) => ({
        body,
        host: HOST,
        target: '/a?b=c',
        headers: { host: HOST, 'x-test': '1' },
      })),
    )
    expect(JSON.parse(answers[0] ?? '').headers).not.toHaveProperty(':path')
    session.destroy()
  })

  it('loses the packets where no route leads: no handshake, no answer', async () => {
    await network(refused('timeout'))
    await expect(fetchText({}, 300)).rejects.toThrow('timeout')
    expect(events).toEqual([expect.objectContaining({ kind: 'connection', host: HOST, port: 443, outcome })])
  })

  it('fails at once where the name does not resolve', async () => {
    await network(refused('notFound'))
    // Its own time would be told as one.
    await expect(fetchText()).rejects.toThrow(/hang up|disconnected|ECONNRESET/)
  })

  it('does not let an open connection outlive its route', async () => {
    const agent = localAgent({ port, caFile, maxSockets: 1 })
    expect((await fetchText({ agent })).status).toBe(200)
    await network(refused('timeout'))
    await expect(fetchText({ agent }, 300)).rejects.toThrow('timeout')
    agent.destroy()
  })

  it('refuses a client that names no server, and one that does not trust the authority', async () => {
    const nameless = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await expect(new Promise((_done, failed) => nameless.on('error', failed))).rejects.toThrow()
    const untrusting = connect({ host: '127.0.0.1', port, servername: HOST })
    await expect(new Promise((_done, failed) => untrusting.on('error', failed))).rejects.toThrow(/certificate/)
  })

  it('tells its observer who asked for what, and nothing of what was said', async () => {
    const session = {
      arn: 'arn',
      account: '222222222222',
      roleArn: 'arn:aws:iam::222222222222:role/r',
      sessionName: 's',
      tags: {},
      sessionPolicies: [],
    }
    answer = async () => ({
      status: 403,
      headers: {},
      body: 'secret',
      served: { operation: 'Echo', session, errorCode: 'Denied' },
    })
    await fetchText({ body: 'prompt' })
    expect(events.at(-1)).toEqual({
      kind: 'request',
      from: FROM,
      host: HOST,
      service: 'echo',
      operation: 'Echo',
      status: 403,
      errorCode: 'Denied',
      path: PUBLIC,
      session: session.roleArn,
      account: session.account,
    })
  })

  it('names a service that it does not have', async () => {
    await network(reachable({ kind: 'service', service: 'sqs', region: 'us-east-1' }))
    const { status, text } = await fetchText({ host: 'sqs.us-east-1.amazonaws.com' })
    expect(status).toBe(400)
    expect(text).toMatch(/the service 'sqs'/)
  })

  it('answers 500 for its own mistakes, and reports them', async () => {
    answer = async () => {
      throw new TypeError('a mistake')
    }
    const { status, text } = await fetchText()
    expect(status).toBe(500)
    expect(text).not.toContain('a mistake')
    expect(faults).toEqual([expect.objectContaining({ message: 'a mistake' })])
  })

  it('refuses a body above every limit', async () => {
    expect((await fetchText({ body: 'x'.repeat(33 * 1024 * 1024) })).status).toBe(413)
  })

  it('tells a service when its caller goes away', async () => {
    const gone = Promise.withResolvers<boolean>()
    answer = ({ signal }) =>
      new Promise((done) => {
        signal.addEventListener('abort', () => {
          gone.resolve(true)
          done({ status: 200, headers: {}, body: '' })
        })
      })
    await expect(fetchText({}, 100)).rejects.toThrow('timeout')
    expect(await gone.promise).toBe(true)
    expect(faults).toEqual([])
  })

  it('answers in-process too, or says why it cannot be reached', async () => {
    expect(await wire.call(FROM, { host: HOST, method: 'GET', target: '/' })).toMatchObject({ status: 200 })
    await network(refused('timeout'))
    expect(await wire.call(FROM, { host: HOST, method: 'GET', target: '/' })).toEqual(outcome)
  })

  it('gives the condition keys and the policy of the endpoint on the way', async () => {
    const policy = { Version: '2012-10-17', Statement: [] }
    const endpoint = (id: string, outputs: Record<string, string>) => ({
      urn: `urn:${id}`,
      type: 'aws:ec2/vpcEndpoint:VpcEndpoint',
      id,
      account: '1',
      region: 'eu-west-1',
      inputs: {},
      outputs,
      options: { dependencies: [], protect: false, retainOnDelete: false },
    })
    await ledger.put(endpoint('vpce-1', { policy: JSON.stringify(policy) }))
    await ledger.put(endpoint('vpce-2', {}))
    const seen: WireRequest[] = []
    answer = async (request) => {
      seen.push(request)
      return { status: 200, headers: {}, body: '' }
    }
    for (const endpointId of ['vpce-1', 'vpce-2']) {
      outcome = reachable({ kind: 'endpoint', endpointId, vpcId: 'vpc-1', service: 'com.amazonaws.eu-west-1.echo' })
      await wire.call(FROM, { host: HOST, method: 'GET', target: '/' })
    }
    expect(seen[0]).toMatchObject({ region: 'eu-west-1', endpointPolicy: policy })
    expect(seen[0]?.context).toEqual({ 'aws:SourceVpc': 'vpc-1', 'aws:SourceVpce': 'vpce-1' })
    // AWS's default.
    expect(seen[1]?.endpointPolicy?.Statement).toEqual([
      { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
    ])
  })

  it('says when a port is taken', async () => {
    await expect(wire.open(FROM, port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
