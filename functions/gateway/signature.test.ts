import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { verifySignature } from './signature.ts'

const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
const sign = (claims: Record<string, string>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey)
const keySet = async () => createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] })
const untrusted = expect.objectContaining({ code: 'token_untrusted' })

it('a token that was verified is taken again, and nothing that only resembles it', async () => {
  const getKey = await keySet()
  const token = await sign({ sub: 'alice' })
  await verifySignature(token, getKey)
  await verifySignature(token, getKey)
  const [head, , signature] = token.split('.')
  const others = Buffer.from(JSON.stringify({ sub: 'mallory' })).toString('base64url')
  await expect(verifySignature(`${head}.${others}.${signature}`, getKey)).rejects.toEqual(untrusted)
  const another = (await sign({ sub: 'bob' })).split('.')[2]
  await expect(verifySignature(`${token.split('.').slice(0, 2).join('.')}.${another}`, getKey)).rejects.toEqual(
    untrusted,
  )
})

it('a token that was verified is refused once the set has its key no longer', async () => {
  const token = await sign({ sub: 'alice' })
  await verifySignature(token, await keySet())
  await expect(verifySignature(token, createLocalJWKSet({ keys: [] }))).rejects.toEqual(untrusted)
  const { publicKey: replaced } = await generateKeyPair('RS256', { extractable: true })
  const sameName = createLocalJWKSet({ keys: [{ ...(await exportJWK(replaced)), kid: 'one', alg: 'RS256' }] })
  await expect(verifySignature(token, sameName)).rejects.toEqual(untrusted)
})

it('takes any number of tokens', async () => {
  const getKey = await keySet()
  const tokens = await Promise.all(Array.from({ length: 1_200 }, (_, user) => sign({ sub: `user${user}` })))
  for (const token of [...tokens, ...tokens]) await verifySignature(token, getKey)
})
