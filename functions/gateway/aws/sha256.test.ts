import { describe, expect, it } from 'vitest'
import { Sha256 } from './sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('the hash of the signer', () => {
  it('is SHA-256 (FIPS 180-4, example "abc")', async () => {
    const hash = new Sha256()
    hash.update('a')
    hash.update(Buffer.from('bc'))
    expect(hex(await hash.digest())).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('is begun again by reset', async () => {
    const hash = new Sha256()
    hash.update('something else')
    hash.reset()
    hash.update('abc')
    expect(hex(await hash.digest())).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  // RFC 4231, test cases 1 and 2: the key as bytes, and as text.
  it.each([
    [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    ['Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  ])('is HMAC-SHA-256, also with a key that it has seen before', async (secret, text, expected) => {
    for (let time = 0; time < 2; time++) {
      const hmac = new Sha256(secret)
      hmac.update(text)
      expect(hex(await hmac.digest())).toBe(expected)
    }
  })
})
