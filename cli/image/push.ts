/** Pushes an image to the repository from which tasks pull it. Existing parts are not sent again, and the tag is written last. */
import { messageOf, UserError } from '../verb.ts'
import type { Base } from './base.ts'
import type { Descriptor } from './formats.ts'
import type { Blob, Image } from './image.ts'
import { type Registry, wrongContent } from './registry.ts'
import { verified } from './verified.ts'

export interface Push {
  readonly base: Base
  readonly from: Registry
  readonly to: Registry
  /** Credentials of the target registry. */
  readonly repository: string
  readonly tag: string
  readonly image: Image
  readonly progress?: Progress
}

export interface Progress {
  blob(what: string, size: number, outcome: 'there' | 'sent'): void
  bytes(what: string, sent: number, size: number): void
}

/** @returns the number of bytes that were sent */
export async function push({ base, from, to, repository, tag, image, progress }: Push): Promise<number> {
  let total = 0
  const layers = base.manifest.layers.map((descriptor) => ({ descriptor, bytes: undefined }))
  const blobs: readonly (Blob | (typeof layers)[number])[] = [...layers, image.layer, image.configuration]
  for (const [index, { descriptor, bytes }] of blobs.entries()) {
    const what = `blob ${index + 1} of ${blobs.length}`
    const sent = await to.repeated(what, async () => {
      if (await to.hasBlob(repository, descriptor.digest)) return false
      const mount =
        bytes === undefined && from.url.host === to.url.host
          ? { digest: descriptor.digest, from: base.reference.repository }
          : undefined
      const url = await to.beginUpload(repository, mount)
      if (url === undefined) return false
      const onBytes = (count: number) => progress?.bytes(what, count, descriptor.size)
      const body = bytes ?? copied(from, base.reference.repository, descriptor, onBytes)
      await to.finishUpload(url, descriptor, body)
      return true
    })
    if (sent) total += descriptor.size
    progress?.blob(what, descriptor.size, sent ? 'sent' : 'there')
  }
  if ((await to.tag(repository, tag, image.manifest)) === undefined) await sameAs(image, to, repository, tag)
  return total
}

async function* copied(from: Registry, repository: string, descriptor: Descriptor, onBytes: (count: number) => void) {
  const { digest } = descriptor
  const wrong = (got: string) => wrongContent(from.url, `the layer ${digest} of ${repository}`, digest, got)
  yield* verified(told(from, await from.blob(repository, digest)), descriptor, wrong, onBytes)
}

/** Says which of the two connections failed, the source's or the target's. */
async function* told(from: Registry, source: AsyncIterable<Uint8Array>) {
  try {
    yield* source
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    throw Object.assign(new Error(`${from.url.host} broke off: ${messageOf(cause)}`, { cause }), { code })
  }
}

/**
 * Another push has set the tag first.
 * @throws UserError if it pushed another image
 */
async function sameAs(image: Image, to: Registry, repository: string, tag: string): Promise<void> {
  const there = await to.manifest(repository, tag)
  if (there?.digest === image.manifest.digest) return
  throw new UserError(
    `The tag ${tag} of ${repository} is there already and holds ${there?.digest ?? 'an image that cannot be read'}, not ${image.manifest.digest}, ` +
      'and tags of this repository never change.',
    'Find out who pushed it: nothing but this command, from these sources, should. If nobody runs it, delete it (aws ecr batch-delete-image), then this again.',
  )
}
