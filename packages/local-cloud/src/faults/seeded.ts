/**
 * Chances that are the same for the same seed: Mulberry32, a generator of 32 bits that is good enough to decide by and fits
 * into a line.
 * @param stream another stream of the same seed: independent of its other streams
 * @returns from 0 to below 1
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
