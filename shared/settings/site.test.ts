import { describe, expect, it } from 'vitest'
import { readSettings } from './read.ts'

const ORIGIN = { organization: 'acme', project: 'genai-hub-spoke', stack: 'site' }
const CERTIFICATE = 'arn:aws:acm:us-east-1:555555555555:certificate/11111111-2222-3333-4444-555555555555'
const GIVEN = { role: 'site', account: '555555555555' }

const read = (change: Readonly<Record<string, string>> = {}) => readSettings({ ...GIVEN, ...change }, ORIGIN)
const refusal = (change: Readonly<Record<string, string>>) => {
  try {
    read(change)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('The settings were taken.')
}

describe('settings of a client', () => {
  it('are few', () => {
    expect(read()).toEqual({
      role: 'site',
      hubStack: 'acme/genai-hub-spoke/hub',
      account: '555555555555',
      credentials: { kind: 'ambient' },
      title: 'Chat',
      wafRateLimit: 2000,
    })
    expect(read({ domainName: 'chat.example.com', hostedZoneId: 'Z0123456789' })).toMatchObject({
      domain: { kind: 'hostedZone', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789' },
    })
    expect(read({ domainName: 'chat.example.com', certificateArn: CERTIFICATE })).toMatchObject({
      domain: { kind: 'certificate', certificateArn: CERTIFICATE },
    })
  })

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a certificate of another region',
      { domainName: 'a.example.com', certificateArn: CERTIFICATE.replace('us-east-1', 'eu-west-1') },
      /is in eu-west-1\. Allowed: .*us-east-1/,
    ],
    [
      'a certificate of another account',
      { domainName: 'a.example.com', certificateArn: CERTIFICATE.replace('555555555555:', '111111111111:') },
      /not in the client's account/,
    ],
    ['a name without either', { domainName: 'a.example.com' }, /neither hostedZoneId nor certificateArn/],
    [
      'both',
      { domainName: 'a.example.com', hostedZoneId: 'Z0123456789', certificateArn: CERTIFICATE },
      /together with hostedZoneId/,
    ],
    ['a zone without a name', { hostedZoneId: 'Z0123456789' }, /- domainName: it is not set/],
    ['a role of another account', { roleArn: 'arn:aws:iam::111111111111:role/r' }, /not in the client's account/],
    ["a hub's setting", { keySetVia: 'table' }, /it is one of a hub/],
    ['a setting of both others', { cidrBlock: '10.0.0.0/16' }, /it is one of a hub and a spoke/],
  ])('refuse %s', (_, change, words) => {
    expect(refusal(change)).toMatch(words)
  })
})

describe('browserOrigin of the hub', () => {
  it.each([
    'http://chat.example.com',
    'https://chat.example.com/',
    'https://Chat.example.com',
    'chat.example.com',
    'https://*',
  ])('is no %s', (browserOrigin) => {
    expect(() => readSettings({ role: 'hub', browserOrigin }, { ...ORIGIN, stack: 'hub' })).toThrow(
      /- browserOrigin: .*Allowed: https:\/\/ and a lower-case host name/,
    )
  })
})
