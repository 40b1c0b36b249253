/**
 * Random numbers that are the same for the same seed (Mulberry32, a 32-bit generator, which is good enough for this).
 * @param stream selects one of the seed's independent sequences
 * @returns numbers from 0 up to, but not including, 1
 */
export function seeded(seed: number, stream: number): () => number {
  let state = Math.imul(seed ^ Math.imul(stream + 1, 0x9e3779b9), 0x85ebca6b) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
