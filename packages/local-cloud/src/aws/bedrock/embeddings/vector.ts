/**
 * Vectors that can be compared: texts with common words get near vectors, and the same text gets the same vector. Each word has a direction of
 * its own, and a text's vector is the sum of its words'.
 */
import { createHash } from 'node:crypto'

/** Has length 1. */
export function vectorOf(text: string, dimensions: number): readonly number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]
  const sum = new Array<number>(dimensions).fill(0)
  for (const word of words) {
    const bytes = createHash('sha512').update(word).digest()
    // Sixteen places of four bytes each: two words rarely share many of them.
    for (let at = 0; at < bytes.length; at += 4) {
      const place = bytes.readUInt32BE(at)
      const index = place % dimensions
      sum[index] = (sum[index] ?? 0) + (place & 0x80000000 ? 1 : -1)
    }
  }
  const length = Math.hypot(...sum) || 1
  return sum.map((value) => value / length)
}

const INT8 = 127
export const asInt8 = (vector: readonly number[]) => vector.map((value) => Math.round(value * INT8))
export const asUint8 = (vector: readonly number[]) => vector.map((value) => Math.round((value + 1) * INT8))
/** One bit for each dimension; eight of them form a number from 0 to 255. */
export const asUbinary = (vector: readonly number[]) =>
  Array.from({ length: vector.length / 8 }, (_, byte) =>
    vector.slice(byte * 8, byte * 8 + 8).reduce((bits, value) => bits * 2 + (value > 0 ? 1 : 0), 0),
  )
/** As `asUbinary`, with numbers from -128 to 127. */
export const asBinary = (vector: readonly number[]) => asUbinary(vector).map((byte) => byte - 128)
/** Titan's form: each bit is a number. */
export const asBits = (vector: readonly number[]) => vector.map((value) => (value > 0 ? 1 : 0))
