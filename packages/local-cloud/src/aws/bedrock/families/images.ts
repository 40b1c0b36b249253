/** Checks by the first bytes whether an image is one. */
import type { AwsError } from '../../../errors.ts'
import type { Block, Message } from '../model-backend.ts'

const BEGINNINGS: readonly (readonly [format: string, beginning: RegExp])[] = [
  ['png', /^\x89PNG/],
  ['jpeg', /^\xff\xd8\xff/],
  ['gif', /^GIF8/],
  ['webp', /^RIFF....WEBP/s],
]

const MAX_BYTES = 5 * 1024 * 1024

/** @throws AwsError for bytes that are no image, or not of the stated format */
export function checkImages(messages: readonly Message[], refuse: (message: string) => AwsError): void {
  messages.forEach(({ content }, index) => {
    content.forEach((block, position) => {
      checkImage(block, `messages.${index}.content.${position}`, refuse)
    })
  })
}

function checkImage(block: Block, at: string, refuse: (message: string) => AwsError): void {
  if (block.type === 'toolResult') for (const one of block.content) checkImage(one, at, refuse)
  if (block.type !== 'image') return
  const head = Buffer.from(block.bytes.slice(0, 32), 'base64').toString('latin1')
  const [found] = BEGINNINGS.find(([, beginning]) => beginning.test(head)) ?? []
  const bytes = Math.floor((block.bytes.length * 3) / 4)
  if (bytes > MAX_BYTES)
    throw refuse(`${at}.image.source.base64: image exceeds 5 MB maximum: ${bytes} bytes > ${MAX_BYTES} bytes`)
  if (!found) throw refuse('Could not process image')
  if (found !== block.format)
    throw refuse(
      `${at}.image.source.base64: The image was specified using the image/${block.format} media type, but the image appears to be a image/${found} image`,
    )
}
