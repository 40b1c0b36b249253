import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { gzipStored, tarOf } from './archive.ts'

it.each([0, 1, 511, 512, 513, 65_534, 65_535, 65_536, 131_070, 200_001])(
  'a file of %i bytes comes out as it went in, by zlib and by this machine’s tar',
  (length) => {
    const contents = randomBytes(length)
    const archive = tarOf('app/server.cjs', contents)
    const layer = gzipStored(archive)
    expect(gunzipSync(layer).equals(archive)).toBe(true)
    const options = { input: layer, maxBuffer: 2 ** 24 }
    expect(execFileSync('tar', ['-xzOf', '-', 'app/server.cjs'], options).equals(contents)).toBe(true)
    expect(gzipStored(tarOf('app/server.cjs', contents)).equals(layer)).toBe(true)
  },
)

it('a path that the format has no room for is refused', () => {
  expect(() => tarOf(`app/${'x'.repeat(100)}`, new Uint8Array())).toThrow(/more than 100 bytes/)
})
