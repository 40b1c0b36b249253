/** A stream that checks its digest before its last chunk is passed on, so that a receiver never gets wrong content completely. */
import { createHash } from 'node:crypto'

/** @param wrong makes the error for other content from the digest that it has */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: { readonly digest: string; readonly size: number },
  wrong: (got: string) => Error,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let count = 0
  let held: Uint8Array | undefined
  for await (const part of source) {
    if (part.length === 0) continue
    if (held) yield held
    held = part
    hash.update(part)
    count += part.length
    if (count > size) throw wrong(`more than ${size} bytes`)
    onBytes(count)
  }
  const got = `sha256:${hash.digest('hex')}`
  if (count < size) throw Object.assign(new Error(`${count} of ${size} bytes came.`), { code: 'ECONNRESET' })
  if (got !== digest) throw wrong(got)
  if (held) yield held
}
