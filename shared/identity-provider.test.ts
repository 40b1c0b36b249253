import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkProvider, discoveryUrl } from './identity-provider.ts'

const ISSUER = 'https://login.example.com/directory/v2.0'
const KEYS = 'https://login.example.com/directory/keys'
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** As Entra ID has it: without `alg`. */
const key = (kid: string) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' })
const DISCOVERY = { issuer: ISSUER, jwks_uri: KEYS, id_token_signing_alg_values_supported: ['RS256'] }

function provider(change: object = {}, keys: string | readonly object[] = [key('a')], issuer = ISSUER) {
  const pages: Readonly<Record<string, string>> = {
    [discoveryUrl(issuer)]: JSON.stringify({ ...DISCOVERY, ...change }),
    [KEYS]: typeof keys === 'string' ? keys : JSON.stringify({ keys }),
  }
  return async (url: string) =>
    pages[url] === undefined ? { status: 404, text: '' } : { status: 200, text: pages[url] }
}

describe('an identity provider', () => {
  it('says where its keys are, which need not name their algorithm', async () => {
    expect(await checkProvider({ issuer: ISSUER }, provider())).toBe(KEYS)
  })

  it('has keys elsewhere, if that is set', async () => {
    expect(
      await checkProvider({ issuer: ISSUER, jwksUri: KEYS }, provider({ jwks_uri: 'https://other.example.com/x' })),
    ).toBe(KEYS)
  })

  it('is looked for without the slash that its issuer ends in', async () => {
    const issuer = 'https://id.example.com/'
    expect(discoveryUrl(issuer)).toBe('https://id.example.com/.well-known/openid-configuration')
    expect(await checkProvider({ issuer }, provider({ issuer }, undefined, issuer))).toBe(KEYS)
  })

  it.each<[string, string, ReturnType<typeof provider>, RegExp]>([
    [
      'one that calls itself with a slash',
      ISSUER,
      provider({ issuer: `${ISSUER}/` }),
      /The slash at the end counts.*Set identity\.issuer to "https:\/\/login\.example\.com\/directory\/v2\.0\/"/,
    ],
    [
      'one that calls itself something else',
      ISSUER,
      provider({ issuer: 'https://sts.example.net/directory/' }),
      /calls itself "https:\/\/sts\.example\.net\/directory\/"/,
    ],
    [
      'Entra ID for everybody',
      'https://login.microsoftonline.com/common/v2.0',
      provider(
        { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
        undefined,
        'https://login.microsoftonline.com/common/v2.0',
      ),
      /people of any directory.*DIRECTORY-ID/,
    ],
    ['one that is not there', 'https://nobody.example.com', provider(), /no discovery document at .*it answered 404/],
    ['one that answers something else', ISSUER, async () => ({ status: 200, text: '<html>' }), /it answered no JSON/],
    [
      'one without RS256',
      ISSUER,
      provider({ id_token_signing_alg_values_supported: ['ES256', 'PS256'] }),
      /signs with ES256, PS256.*RS256 at the provider/,
    ],
    [
      'eleven keys',
      ISSUER,
      provider(
        {},
        Array.from({ length: 11 }, (_, index) => key(`${index}`)),
      ),
      /11 keys, and the load balancer takes 10.*no longer in use/,
    ],
    [
      'too large a key set',
      ISSUER,
      provider({}, `{"keys":[],"x":"${'x'.repeat(150 * 1024)}"}`),
      /bytes, and the load balancer takes 153600/,
    ],
    [
      'keys for another algorithm only',
      ISSUER,
      provider({}, [{ ...key('a'), alg: 'RS512' }]),
      /no RSA key of 2048 bits or more for RS256.*RS256/,
    ],
    ['keys without ids', ISSUER, provider({}, [publicKey.export({ format: 'jwk' })]), /with an id \(kid\)/],
    [
      'keys in the clear',
      ISSUER,
      provider({ jwks_uri: 'http://login.example.com/keys' }),
      /not https:\/\/.*Set identity\.jwksUri/,
    ],
    [
      'keys at another port',
      ISSUER,
      provider({ jwks_uri: 'https://login.example.com:8443/keys' }),
      /Set identity\.jwksUri/,
    ],
    ['keys that are not there', ISSUER, provider({ jwks_uri: 'https://login.example.com/none' }), /answered 404/],
  ])('is refused: %s', async (_, issuer, get, words) => {
    await expect(checkProvider({ issuer }, get)).rejects.toThrow(words)
  })
})
