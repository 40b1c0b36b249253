/** The client as it is served: by the distribution alone, with its headers, and to a browser on this machine through the door. */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SITE, type SitePlatform, startSite } from './fixture.ts'

let platform: SitePlatform
const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'

beforeAll(async () => {
  platform = await startSite({ stacks: ['hub', 'site'] })
}, 120_000)
afterAll(() => platform.close())

interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** From this machine, to a public name of the cloud. */
function get(url: string, headers: Record<string, string> = {}, port = platform.wirePort): Promise<Got> {
  const { hostname, pathname, search } = new URL(url)
  const ca = readFileSync(platform.caFile)
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: hostname, path: pathname + search, ca }
    const sent = request(
      { ...options, headers: { host: new URL(url).host, 'user-agent': 'test', ...headers } },
      async (answer) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of answer as AsyncIterable<Uint8Array>) chunks.push(chunk)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
      },
    )
    sent.once('error', reject)
    sent.end()
  })
}

describe('the client', () => {
  it('is read by its distribution, and by nobody else', async () => {
    expect((await get(`${SITE}/`)).status).toBe(200)
    const bucket = platform.resource('aws:s3/bucket:Bucket', 'site').outputs
    expect((await get(`https://${bucket.bucketRegionalDomainName}/index.html`)).status).toBe(403)
    const policy = platform.resource('aws:s3/bucketPolicy:BucketPolicy', 'site')
    await platform.without([policy], async () => expect((await get(`${SITE}/`)).status).toBe(403))
    // Its own name is no alias of the client's: CloudFront knows it too.
    const { domainName } = platform.resource(DISTRIBUTION).outputs
    expect((await get(`https://${domainName}/`)).status).toBe(200)
  })

  it('comes with headers that let in its own code only', async () => {
    const { headers } = await get(`${SITE}/`)
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self' https://genai.example.com " +
        "https://genai-example.auth.us-east-1.amazoncognito.com; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types lit-html",
    )
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    })
    expect(headers['permissions-policy']).toContain('camera=()')
  })

  it('is below 100 KB as it travels; names with a hash are kept for ever', async () => {
    const page = (await get(`${SITE}/`)).body.toString()
    const found = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, name]) => name ?? '')
    const names = [...new Set(found)]
    expect(names.map((name) => name.split('.').at(-1)).sort()).toEqual(['css', 'js', 'svg'])
    const parts = await Promise.all(names.map((name) => get(SITE + name, { 'accept-encoding': 'br' })))
    for (const { headers } of parts) expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const bytes = parts.reduce((sum, { body }) => sum + body.byteLength, page.length)
    expect(bytes).toBeLessThan(100_000)
    const script = parts.find(({ headers }) => String(headers['content-type']).startsWith('text/javascript'))
    expect(brotliDecompressSync(script?.body ?? Buffer.of()).toString()).not.toContain('innerHTML=e.text')
  })

  it('tells of what is not there', async () => {
    const { status, body } = await get(`${SITE}/no/such/page`)
    expect([status, body.toString()]).toEqual([404, expect.stringContaining('Nothing is here')])
  })

  it('pins what the gateway lets browsers read to itself', async () => {
    const { headers } = await get('https://genai.example.com/tenant1/models', {}, await gatewayPort())
    expect(headers['access-control-allow-origin']).toBe(SITE)
  })
})

const gatewayPort = async () => Number(new URL(platform.localUrl).port)

describe('the door for a browser on this machine', () => {
  const door = (path: string, headers?: Record<string, string>) => get(platform.url + path, headers, platform.door.port)

  it('translates names in the page’s configuration and headers, both ways', async () => {
    const suffix = `.localhost:${platform.door.port}`
    const { body, headers } = await door('/config.json')
    expect(JSON.parse(body.toString())).toMatchObject({
      gatewayUrl: `https://genai.example.com${suffix}`,
      signIn: { url: `https://genai-example.auth.us-east-1.amazoncognito.com${suffix}` },
    })
    expect(headers['content-security-policy']).toContain(`connect-src 'self' https://genai.example.com${suffix} `)
    expect(headers).not.toHaveProperty('strict-transport-security')
    const gateway = await get(
      platform.door.url('https://genai.example.com/tenant1/models'),
      { origin: platform.url },
      platform.door.port,
    )
    expect(gateway.headers['access-control-allow-origin']).toBe(platform.url)
  })

  it('leads nowhere but to names of the cloud', async () => {
    expect((await get(`https://localhost:${platform.door.port}/`, {}, platform.door.port)).status).toBe(404)
    const other = await get(platform.door.url('https://nobody.example.com/'), {}, platform.door.port)
    expect(other.status).toBe(502)
  })

  it('is not by the way of the firewall: the bucket stays closed', async () => {
    const { bucketRegionalDomainName: host } = platform.resource('aws:s3/bucket:Bucket', 'site').outputs
    expect((await get(platform.door.url(`https://${host}/index.html`), {}, platform.door.port)).status).toBe(403)
  })
})
