/** Against a server of its own on this machine, which the check of addresses is told to let pass. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '@genai/local-cloud/wire/authority'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchDocument } from './fetch.ts'

const HOST = 'issuer.example.com'
const directory = mkdtempSync(join(tmpdir(), 'genai-fetch-'))
const here: LookupFunction = (_, options, answer) =>
  options.all === true ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4)

let server: Server
let ca: string
let reply: (response: ServerResponse) => void = (response) => response.end('{}')
let requests = 0

beforeAll(async () => {
  const authority = await openAuthority(directory)
  ca = readFileSync(authority.caFile, 'utf8')
  const { key, cert } = authority.issue([HOST])
  server = createServer({ key, cert }, (_, response) => {
    requests += 1
    reply(response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  rmSync(directory, { recursive: true, force: true })
})

const port = () => (server.address() as AddressInfo).port
const fetched = (url: string, options: Parameters<typeof fetchDocument>[0] = {}) =>
  fetchDocument({ lookup: here, ca, port: port(), ...options })(url)

describe('fetchDocument', () => {
  it('answers a document', async () => {
    reply = (response) => response.end('{"keys":[]}')
    expect(await fetched(`https://${HOST}/jwks.json?v=1`)).toBe('{"keys":[]}')
  })

  it.each([
    ['http://issuer.example.com/', 'not https://'],
    ['https://issuer.example.com:8443/', 'not https://'],
    ['https://user:word@issuer.example.com/', 'not https://'],
    ['file:///etc/passwd', 'not https://'],
    ['https://127.0.0.1/', 'an address, not a name'],
    ['https://2130706433/', 'an address, not a name'],
    ['https://0x7f.1/', 'an address, not a name'],
    ['https://[::1]/', 'an address, not a name'],
    ['https://[::ffff:169.254.169.254]/', 'an address, not a name'],
  ])('does not ask %s', async (url, message) => {
    const before = requests
    await expect(fetched(url)).rejects.toThrow(message)
    expect(requests).toBe(before)
  })

  it('connects to no address that is not public, whatever the name', async () => {
    const before = requests
    const { lookup: _, ...checked } = { lookup: here, ca, port: port() }
    await expect(fetchDocument(checked)('https://localhost/')).rejects.toThrow('not on the public internet')
    expect(requests).toBe(before)
  })

  it.each([301, 302, 307, 204, 404, 500])('takes no %i, and follows nothing', async (status) => {
    reply = (response) => response.writeHead(status, { location: 'https://elsewhere.example.com/' }).end()
    const before = requests
    await expect(fetched(`https://${HOST}/`)).rejects.toThrow(`it answered ${status}`)
    expect(requests).toBe(before + 1)
  })

  it('takes no more than 150 KB', async () => {
    reply = (response) => response.end('x'.repeat(150 * 1024 + 1))
    await expect(fetched(`https://${HOST}/`)).rejects.toThrow('more than 153600 bytes')
  })

  it('waits for no server that is silent, and for none that never ends', async () => {
    reply = () => {}
    await expect(fetched(`https://${HOST}/`, { timeoutMilliseconds: 200 })).rejects.toThrow(
      'did not answer within 0.2 s',
    )
    let drip: NodeJS.Timeout | undefined
    reply = (response) => {
      drip = setInterval(() => response.write(' '), 20)
    }
    await expect(fetched(`https://${HOST}/`, { timeoutMilliseconds: 300 })).rejects.toThrow(
      'did not answer within 0.3 s',
    )
    clearInterval(drip)
  })

  it('believes no other name’s certificate, and no unknown authority', async () => {
    reply = (response) => response.end('{}')
    await expect(fetched('https://other.example.com/')).rejects.toThrow('it was not reached')
    await expect(fetchDocument({ lookup: here, port: port() })(`https://${HOST}/`)).rejects.toThrow(
      'it was not reached',
    )
  })
})
