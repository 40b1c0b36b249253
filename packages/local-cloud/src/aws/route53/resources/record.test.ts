import { beforeEach, describe, expect, it } from 'vitest'
import { GatewayDeclarer } from '../../../testing/gateway.ts'

const RECORD = 'aws:route53/record:Record'

const ZONE = 'Z0123456789EXAMPLEHUB'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('Record', () => {
  it('refuses what conflicts, a zone that is not there, and a CNAME beside others', async () => {
    const a = { zoneId: ZONE, name: 'genai.example.com', type: 'A', ttl: 60, records: ['192.0.2.1'] }
    expect(await cloud.refusal(RECORD, 'r', { ...a, zoneId: 'Z0' })).toContain('NoSuchHostedZone')
    const made = await cloud.make(RECORD, 'r', a)
    expect(made.outputs.fqdn).toBe('genai.example.com')
    expect(await cloud.refusal(RECORD, 's', { ...a, name: 'genai' })).toContain('but it already exists')
    const cname = { ...a, type: 'CNAME', records: ['other.example.com'] }
    expect(await cloud.refusal(RECORD, 's', cname)).toContain('conflicts with other records')
    expect(await cloud.refusal(RECORD, 's', { ...cname, name: 'example.com' })).toContain('not permitted at apex')
    const { ttl: _, ...without } = a
    expect(await cloud.refusal(RECORD, 's', { ...without, name: 'x' })).toContain("Missing field 'TTL'")
  })
})
