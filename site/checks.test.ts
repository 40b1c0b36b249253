import { describe, expect, it } from 'vitest'
import { type Before, checkSite, originToSet } from './checks.ts'

const HUB = {
  listenerProtocol: 'HTTPS',
  gatewayUrl: 'https://genai.example.com',
  userPoolDomain: 'genai-example.auth.us-east-1.amazoncognito.com',
  browserOrigin: 'https://chat.example.com',
} as const

const NAMED = {
  account: '555555555555',
  hubStack: 'organization/genai-hub-spoke/hub',
  domain: { kind: 'hostedZone', domainName: 'chat.example.com', hostedZoneId: 'Z1' },
} as const

const UNNAMED = { account: NAMED.account, hubStack: NAMED.hubStack }

const refusal = (settings: Parameters<typeof checkSite>[0], hub: object = {}, before: Before = {}) => {
  try {
    checkSite(settings, { ...HUB, ...hub }, before)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('It was not refused.')
}

describe('a client is refused before anything is made', () => {
  it('where nobody could sign in', () => {
    expect(refusal(NAMED, { userPoolDomain: undefined })).toMatch(
      /has no userPoolDomain.*pulumi config set genai-hub-spoke:userPoolDomain \{PREFIX\} -s hub && pulumi up -s hub$/,
    )
  })

  it('where people sign in elsewhere', () => {
    const identity = { issuer: 'https://login.example.com' }
    expect(refusal(NAMED, { identity, userPoolDomain: undefined })).toMatch(
      /^People of this hub sign in with https:\/\/login/,
    )
  })

  it('where the gateway has no TLS', () => {
    expect(refusal(NAMED, { listenerProtocol: 'HTTP', gatewayUrl: 'http://lb' })).toContain('may not call http://lb')
  })

  it('where the hub’s answers are for pages of another origin', () => {
    const set = 'pulumi config set genai-hub-spoke:browserOrigin https://chat.example.com -s hub && pulumi up -s hub'
    expect(refusal(NAMED, { browserOrigin: 'https://other.example.com' })).toContain(set)
    expect(refusal(NAMED, { browserOrigin: undefined })).toContain(set)
  })

  it('where the stack is somebody else’s, or would move', () => {
    expect(refusal(NAMED, {}, { tenantId: 'tenant1' })).toContain('This stack holds the tenant tenant1')
    expect(refusal(NAMED, {}, { transitGatewayArn: 'arn' })).toContain('This stack holds a hub')
    expect(refusal(NAMED, {}, { account: '111111111111' })).toContain('does not move to 555555555555')
  })
})

describe('without a name of its own', () => {
  const url = 'https://d111111abcdef8.cloudfront.net'
  it('the client comes first, and the hub is told afterwards', () => {
    expect(checkSite(UNNAMED, { ...HUB, browserOrigin: undefined } as never, {})).toBe(HUB.userPoolDomain)
    expect(originToSet(UNNAMED, { ...HUB, browserOrigin: undefined } as never, url)).toContain(
      `browserOrigin ${url} -s hub`,
    )
    expect(checkSite(UNNAMED, { ...HUB, browserOrigin: url }, { url })).toBe(HUB.userPoolDomain)
    expect(originToSet(UNNAMED, { ...HUB, browserOrigin: url }, url)).toBeUndefined()
  })
  it('another origin in the hub is a mistake once the name is known', () => {
    expect(refusal(UNNAMED, {}, { url })).toContain(`browserOrigin ${url}`)
  })
})
