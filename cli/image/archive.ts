/**
 * Makes the bytes of a layer: a tar with one file, in gzip's format. They are the same on every machine and at any time: no current time, no
 * user names, and nothing compressed, because compressors differ by version and by processor.
 */
import { crc32 } from 'node:zlib'

const BLOCK = 512
/** Most bytes of one stored block in the deflate format. */
const STORED = 65_535

/** @param path in the image, from its root: `app/server.cjs` */
export function tarOf(path: string, contents: Uint8Array): Buffer {
  const folders = path.split('/').slice(0, -1)
  const parents = folders.map((_, index) => header(`${folders.slice(0, index + 1).join('/')}/`, '5', 0o755, 0))
  const padding = Buffer.alloc((BLOCK - (contents.length % BLOCK)) % BLOCK)
  return Buffer.concat([
    ...parents,
    header(path, '0', 0o644, contents.length),
    contents,
    padding,
    // Two empty blocks end an archive.
    Buffer.alloc(2 * BLOCK),
  ])
}

/** A header in the POSIX `ustar` format, with root as owner and the epoch as time. */
function header(name: string, type: '0' | '5', mode: number, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  if (Buffer.byteLength(name) > 100) throw new Error(`A path of more than 100 bytes: ${name}`)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  block.write(name, 0)
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(0, 11), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** The gzip format (RFC 1952) around deflate's stored blocks (RFC 1951). */
export function gzipStored(bytes: Uint8Array): Buffer {
  const blocks: Buffer[] = []
  for (let start = 0; start < bytes.length || start === 0; start += STORED) {
    const part = bytes.subarray(start, start + STORED)
    const head = Buffer.alloc(5)
    head.writeUInt8(start + STORED >= bytes.length ? 1 : 0, 0)
    head.writeUInt16LE(part.length, 1)
    head.writeUInt16LE(0xffff - part.length, 3)
    blocks.push(head, Buffer.from(part))
  }
  const end = Buffer.alloc(8)
  end.writeUInt32LE(crc32(bytes), 0)
  end.writeUInt32LE(bytes.length % 2 ** 32, 4)
  // The header: magic, deflate, no flags, no time, no level, no operating system.
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]), ...blocks, end])
}
