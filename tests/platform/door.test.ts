/** What the load balancer and the firewall answer by themselves, as clients that know nothing of this project read it. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Platform, startPlatform } from './platform.ts'

let platform: Platform
let directory: string
beforeAll(async () => {
  platform = await startPlatform({ settings: { hub: { wafRateLimit: 60 } } })
  directory = mkdtempSync(join(tmpdir(), 'genai-door-'))
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await platform?.close()
  rmSync(directory, { recursive: true, force: true })
})

/** An AWS SDK with its environment only. */
async function awsClient(path: string) {
  const program = new URL('sdk-client.ts', import.meta.url).pathname
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_BEARER_TOKEN_BEDROCK: await platform.token('tenant1'),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${platform.localUrl}${path}`,
    NODE_EXTRA_CA_CERTS: platform.caFile,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'converse', 'nova-2-lite'], { env })
  return JSON.parse(stdout)
}

function preflight(headers: readonly string[]): Promise<{ status: number; headers: Record<string, unknown> }> {
  const { port } = new URL(platform.localUrl)
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'OPTIONS',
      path: '/tenant1/invoke',
      rejectUnauthorized: false,
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': headers.join(','),
      },
    })
    sent.once('error', reject)
    sent.once('response', (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers })
    })
    sent.end()
  })
}

/** Those that a browser asks for beforehand: it sends the others without asking, or by itself. */
const SAFELISTED = new Set(['accept', 'accept-language', 'content-language', 'content-length', 'host'])

describe('a page of another site', () => {
  it.each(['aws', 'openai'] as const)('may call with the unmodified SDK of %s', async (sdk) => {
    const outfile = join(directory, 'client.mjs')
    const entry = new URL('browser-client.ts', import.meta.url).pathname
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'browser', format: 'esm', logLevel: 'error' })
    const clients = await import(/* @vite-ignore */ pathToFileURL(outfile).href)
    const sent = new Set<string>()
    vi.stubGlobal('fetch', async (input: string | Request, init?: RequestInit) => {
      for (const name of new Request(input, init).headers.keys()) sent.add(name)
      return new Response('{}', { headers: { 'content-type': 'application/json' } })
    })
    await clients[sdk]()
    vi.unstubAllGlobals()
    const asked = [...sent].filter((name) => !SAFELISTED.has(name))
    expect(asked).toContain('authorization')
    const { status, headers } = await preflight(asked)
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe('*')
    const allowed = String(headers['access-control-allow-headers']).split(',')
    expect(asked.filter((name) => !allowed.includes(name))).toEqual([])
  })
})

describe('an AWS SDK', () => {
  it.each(['', '/tenant9'])('reads that no tenant has the path "%s/model/…"', async (path) => {
    expect(await awsClient(path)).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      attempts: 1,
      message: expect.stringContaining('Every path starts with the tenant'),
    })
  })

  it('reads that its address has sent too much', async () => {
    for (let sent = 0; sent < 70; sent += 1) await platform.call({ method: 'GET', path: '/' })
    expect(await awsClient('/tenant1')).toMatchObject({
      name: 'ThrottlingException',
      status: 429,
      attempts: 1,
      message: expect.stringContaining('too many requests in five minutes'),
    })
    const answer = await platform.call({ method: 'GET', path: '/' })
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'too_many_requests', requestId: '' } })
    expect(answer.headers).toMatchObject({ 'retry-after': '300', 'x-error-code': 'too_many_requests' })
  })
})
