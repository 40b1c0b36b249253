import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../verb.ts'
import { type RunningProxy, startProxy } from './server.ts'

const KEY = 'genai-key'
let answer: (request: IncomingMessage, response: ServerResponse) => void
const seen: { url: string | undefined; headers: IncomingMessage['headers']; raw: readonly string[]; body: string }[] =
  []
let token: () => Promise<string>

const gateway = createServer(async (incoming, response) => {
  const body = Buffer.concat(await incoming.toArray()).toString()
  seen.push({ url: incoming.url, headers: incoming.headers, raw: incoming.rawHeaders, body })
  answer(incoming, response)
})
let proxy: RunningProxy
beforeAll(async () => {
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  proxy = await startProxy({
    gatewayUrl: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    tenant: 'tenant1',
    key: KEY,
    token: () => token(),
    port: 0,
    origins: ['app://notes'],
  })
})
afterAll(async () => {
  await proxy.close()
  gateway.closeAllConnections()
  gateway.close()
})
beforeEach(() => {
  seen.length = 0
  token = async () => 'users-token'
  answer = (_, response) => response.end('{"ok":true}')
})

interface Call {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Headers as given: `fetch` would not send a `Host` or an `Origin` of one's own. */
async function call({ method = 'POST', path = '/v1/chat/completions', headers = {}, body = '{}' }: Call = {}) {
  const sent = request({
    host: '127.0.0.1',
    port: proxy.port,
    method,
    path,
    agent: false,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  })
  sent.end(method === 'POST' ? body : undefined)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const text = Buffer.concat(await response.toArray()).toString()
  return { status: response.statusCode, headers: response.headers, text }
}

describe('a request with the key', () => {
  it('goes on to the tenant’s path with the user’s token, byte by byte', async () => {
    const { status, text } = await call({ path: '/v1/models?x=1', body: '{"a": 1 }', headers: { 'X-Own': 'yes' } })
    expect({ status, text }).toEqual({ status: 200, text: '{"ok":true}' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ url: '/tenant1/v1/models?x=1', body: '{"a": 1 }' })
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer users-token', 'x-own': 'yes' })
    expect(seen[0]?.raw).toContain('X-Own')
  })

  it('may have it as Anthropic’s clients do; neither key nor cookies leave this machine', async () => {
    const headers = { 'x-api-key': KEY, cookie: 'session=other', referer: 'http://localhost/' }
    const sent = request({ host: '127.0.0.1', port: proxy.port, path: '/v1/messages', agent: false, headers })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(JSON.stringify(seen[0]?.headers)).not.toMatch(/genai-key|cookie|referer|x-api-key/)
  })

  it('has errors of the gateway as they are', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '7', 'x-request-id': 'one' }).end('slow down')
    expect(await call()).toMatchObject({ status: 429, text: 'slow down', headers: { 'retry-after': '7' } })
  })

  it('has a stream as it is made', async () => {
    const more = Promise.withResolvers<void>()
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      void more.promise.then(() => response.end('data: 2\n\n'))
    }
    const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${KEY}` },
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('data: 1\n\n')
    more.resolve()
    expect((await reader?.read())?.value).toBe('data: 2\n\n')
  })

  it('that is left ends the request to the gateway', async () => {
    const left = Promise.withResolvers<void>()
    answer = (_, response) => {
      response.on('close', left.resolve)
      response.writeHead(200).write('a beginning')
    }
    const client = connect(proxy.port, '127.0.0.1')
    client.write(
      `POST /v1/x HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 2\r\n\r\n{}`,
    )
    await once(client, 'data')
    client.destroy()
    await left.promise
  })
})

describe('a request that is not meant', () => {
  it.each<[string, Call, number, RegExp]>([
    ['without the key', { headers: { authorization: '' } }, 401, /Send the proxy's own key/],
    ['with another key', { headers: { authorization: 'Bearer genai-kez' } }, 401, /own key/],
    ['with the beginning of the key', { headers: { authorization: 'Bearer genai' } }, 401, /own key/],
    [
      'under another name, which a page’s own name may lead here by',
      { headers: { host: 'evil.example.com' } },
      403,
      /127/,
    ],
    ['for another port', { headers: { host: '127.0.0.1:1' } }, 403, /127/],
    ['of a web page', { headers: { origin: 'https://evil.example.com' } }, 403, /--origin/],
    ['of a page without an origin of its own', { headers: { origin: 'null' } }, 403, /--origin/],
    ['of a page’s preflight', { method: 'OPTIONS', headers: { origin: 'https://evil.example.com' } }, 403, /--origin/],
    ['for any address', { path: 'http://169.254.169.254/latest' }, 400, /no proxy to other addresses/],
  ])('%s is refused', async (_, given, status, message) => {
    const answered = await call(given)
    expect(answered.status).toBe(status)
    expect(JSON.parse(answered.text)).toMatchObject({
      type: 'error',
      error: { message: expect.stringMatching(message) },
    })
    expect(seen).toEqual([])
  })
})

describe('a page that is let', () => {
  const origin = 'app://notes'
  it('may ask first, and is answered', async () => {
    const preflight = { origin, 'access-control-request-headers': 'authorization,x-stainless-os' }
    const asked = await call({ method: 'OPTIONS', headers: preflight })
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization,x-stainless-os',
      },
    })
    answer = (_, response) => response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('yes')
    const answered = await call({ headers: { origin } })
    expect(answered).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } })
    expect(seen.map(({ headers }) => headers.origin)).toEqual([undefined])
  })

  it('needs the key all the same', async () => {
    expect((await call({ headers: { origin, authorization: 'Bearer no' } })).status).toBe(401)
  })
})

describe('trouble', () => {
  it('a session that has ended is told to the tool, with what to do', async () => {
    token = async () => {
      throw new UserError('The session has ended: Refresh Token has expired.')
    }
    const { status, text } = await call()
    expect(status).toBe(401)
    expect(text).toContain('The session has ended: Refresh Token has expired. Restart npm run genai -- proxy')
  })

  it('a gateway that is not there is 502, and its address is not told', async () => {
    answer = (_, response) => response.destroy()
    const { status, text } = await call()
    expect(status).toBe(502)
    expect(text).not.toMatch(/127\.0\.0\.1|ECONN/)
  })

  it('a port that is taken is told', async () => {
    const given = { gatewayUrl: 'https://x.example.com', tenant: 'tenant1', key: KEY, token, port: proxy.port }
    await expect(startProxy(given)).rejects.toThrow(`Port ${proxy.port} cannot be listened on: EADDRINUSE.`)
  })
})
