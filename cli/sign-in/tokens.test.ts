import { describe, expect, it } from 'vitest'
import { tokensIn } from './tokens.ts'

const server = { name: 'The provider', clientId: 'client', issuer: 'https://issuer.example.com' }
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const idToken = (claims: object) =>
  `${encode({ alg: 'RS256' })}.${encode({ iss: server.issuer, aud: 'client', nonce: 'N', exp: Date.now() / 1000 + 1800, ...claims })}.sig`
const answer = (claims: object = {}, more: object = {}) => ({
  status: 200,
  json: { id_token: idToken(claims), access_token: 'A', expires_in: 3600, ...more },
})

describe('the tokens of an answer', () => {
  it('are good for as long as the one that ends first', () => {
    const { expiresInSeconds, ...rest } = tokensIn(answer({}, { refresh_token: 'R' }), server, { nonce: 'N' })
    expect(rest).toEqual({ idToken: expect.any(String), accessToken: 'A', refreshToken: 'R' })
    expect(Math.round(expiresInSeconds / 10)).toBe(180)
  })

  it('keep the refresh token that was used, unless there is a new one', () => {
    expect(tokensIn(answer(), server, { refreshToken: 'old' }).refreshToken).toBe('old')
    expect(tokensIn(answer({}, { refresh_token: 'new' }), server, { refreshToken: 'old' }).refreshToken).toBe('new')
    expect(tokensIn(answer(), server)).not.toHaveProperty('refreshToken')
  })

  it.each<[string, ReturnType<typeof answer>, string]>([
    ['of another sign-in', answer({ nonce: 'M' }), 'not of this sign-in (nonce)'],
    ['without this sign-in', answer({ nonce: undefined }), 'not of this sign-in (nonce)'],
    ['for another client', answer({ aud: 'other' }), 'for another client (aud)'],
    ['of another issuer', answer({ iss: 'https://other.example.com' }), 'of another issuer'],
    ['that are no ID token', answer({}, { id_token: undefined }), 'answered no ID token'],
  ])('%s are refused', (_, given, words) => {
    expect(() => tokensIn(given, server, { nonce: 'N' })).toThrow(words)
  })

  it('may be for several clients', () => {
    expect(tokensIn(answer({ aud: ['other', 'client'] }), server).accessToken).toBe('A')
  })

  it('are not there in a refusal, whose words are shown in plain text', () => {
    const json = { error: 'invalid_grant', error_description: 'gone\n\x1b[31m' }
    expect(() => tokensIn({ status: 400, json }, server)).toThrow(
      'The provider refused to give tokens: invalid_grant: gone [31m.',
    )
  })
})
