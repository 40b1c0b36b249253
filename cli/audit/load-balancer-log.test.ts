import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doorRecord, readDoor } from './load-balancer-log.ts'

/** As AWS writes it, but for what the test is about. */
const line = (
  change: {
    status?: string
    target?: string
    request?: string
    actions?: string
    at?: string
    reason?: string
    group?: string
  } = {},
) => {
  const {
    status = '401',
    target = '-',
    request = 'POST https://genai.example.com:443/tenant1/invoke HTTP/2.0',
  } = change
  const { actions = 'jwt-validation', at = '2026-11-24T10:00:00.000000Z', reason = '-', group = '-' } = change
  return (
    `h2 2026-11-24T10:00:00.100000Z app/genai-hub/302ca882796b51ee 198.51.100.10:44368 - 0.002 -1.000 0.000 ${status} ${target} 25 124 ` +
    `"${request}" "curl/8" TLS_AES_128_GCM_SHA256 TLSv1.3 ${group} "Root=1-6b0b23b0-e12ad779dafbc0e926f7fa50" "genai.example.com" ` +
    `"arn:aws:acm:us-east-1:111111111111:certificate/c" 3 ${at} "${actions}" "-" "${reason}" "-" "-" "-" "-" TID_1`
  )
}

describe('a line of the access log', () => {
  it('that the load balancer answered is a refusal at the door, of the tenant in its path', () => {
    expect(doorRecord(line())).toEqual({
      time: '2026-11-24T10:00:00.000Z',
      tenant: 'tenant1',
      decision: 'refused',
      check: 'door',
      outcome: 'jwt-validation',
      status: 401,
      client: '198.51.100.10',
      path: '/tenant1/invoke',
      requestId: 'Root=1-6b0b23b0-e12ad779dafbc0e926f7fa50',
      event: 'Root=1-6b0b23b0-e12ad779dafbc0e926f7fa50',
    })
    expect(doorRecord(line({ status: '403', actions: 'waf' }))).toMatchObject({ outcome: 'waf', status: 403 })
  })

  const forwarded = {
    actions: 'jwt-validation,forward',
    group: 'arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/t/1',
  }
  it.each([
    ['a function that did not answer', { status: '502', reason: 'LambdaUnhandled' }, 'unanswered', 'function'],
    ['a function that was too late', { status: '504', reason: 'LambdaConnectionTimeout' }, 'unanswered', 'function'],
    // No function took it: it was refused, and not by a check of the request.
    ['a tenant whose slots were in use', { status: '502', reason: 'LambdaThrottling' }, 'refused', 'concurrency'],
    ['a client that hung up', { status: '460' }, 'left', 'client'],
  ])('of %s says so, with the reason', (_, change, decision, check) => {
    const { reason } = { reason: undefined, ...change }
    expect(doorRecord(line({ ...forwarded, ...change }))).toMatchObject({
      decision,
      check,
      outcome: 'forward',
      ...(reason !== undefined && { reason }),
    })
  })

  it('of a token that could not be judged says that nobody decided, and of one that was, why', () => {
    expect(doorRecord(line({ status: '500' }))).toMatchObject({ decision: 'unanswered', check: 'door' })
    expect(doorRecord(line({ reason: 'JWTClaimValueInvalid' }))).toMatchObject({ reason: 'JWTClaimValueInvalid' })
  })

  it.each([
    ['a function answered', { target: '401' }],
    ['was answered well', { status: '200' }],
    ['was a redirect', { status: '301' }],
    ['the client gave up on', { status: '-' }],
    ['has no time', { at: '-' }],
  ])('that %s is none', (_, change) => {
    expect(doorRecord(line(change))).toBeUndefined()
  })

  it('shows neither a token in a query string, nor what would move a cursor, nor a quoted field as another', () => {
    const path = (request: string) => doorRecord(line({ request }))?.path
    expect(path('GET https://h:443/tenant1/models?token=eyJ HTTP/1.1')).toBe('/tenant1/models')
    expect(path('GET https://h:443/tenant1/\u001b[2J HTTP/1.1')).toBe('/tenant1/?[2J')
    expect(path('GET https://h:443/\\" 200 200 \\"x HTTP/1.1')).toBe('/\\"')
    expect(path(`GET https://h:443/${'a'.repeat(9000)} HTTP/1.1`)).toHaveLength(120)
    expect(doorRecord(line({ request: '- - - ' }))).toMatchObject({ tenant: '-', path: '-' })
  })

  it('is never trusted to be one', () => {
    fc.assert(fc.property(fc.string(), (text) => doorRecord(text) === undefined || true))
    fc.assert(
      fc.property(fc.string(), (request) => {
        const record = doorRecord(line({ request: request.replaceAll(/["\\\n\r]/g, '') }))
        expect(record?.tenant).toMatch(/^(-|[a-z][a-z0-9]{1,19})$/)
        expect(record?.path).toMatch(/^[\x21-\x7e]{0,120}$/)
      }),
    )
  })
})

describe('a folder of access logs', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'genai-door-'))
    mkdirSync(join(folder, '2026', '11'), { recursive: true })
    writeFileSync(join(folder, '2026', '11', 'a.log.gz'), gzipSync(`${line()}\n${line({ status: '200' })}\n`))
    writeFileSync(join(folder, 'b.log'), `${line({ request: 'GET https://h:443/tenant2/models HTTP/1.1' })}\nno line\n`)
    writeFileSync(join(folder, 'ELBAccessLogTestFile'), 'Enable access log test')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is read with its folders, compressed or not, by tenant and time', async () => {
    const tenants = async (query: { tenant?: string; since: number }) =>
      (await readDoor(folder, query)).map(({ tenant }) => tenant)
    expect(await tenants({ since: 0 })).toEqual(['tenant1', 'tenant2'])
    expect(await tenants({ since: 0, tenant: 'tenant2' })).toEqual(['tenant2'])
    expect(await tenants({ since: Date.parse('2026-11-25') })).toEqual([])
  })

  it('that is not there, or damaged, is told by its name', async () => {
    await expect(readDoor(join(folder, 'none'), { since: 0 })).rejects.toThrow(/There is no folder of access logs/)
    writeFileSync(join(folder, 'c.log.gz'), 'no gzip')
    await expect(readDoor(folder, { since: 0 })).rejects.toThrow(/c\.log\.gz cannot be read/)
    rmSync(join(folder, 'c.log.gz'))
  })
})
