/** Pictures from the clipboard, a drop or a file, made small enough to be sent. */
import type { Image } from './conversations.ts'

/** Models reduce larger pictures themselves, and count tokens for the larger size. */
const LONGEST_SIDE = 1568
/** The most characters of a picture's text form, so that several pictures fit into a request. */
const MOST_CHARACTERS = 400_000
const QUALITIES = [0.85, 0.7, 0.5, 0.3]

export const isPicture = ({ type }: { readonly type: string }): boolean =>
  /^image\/(png|jpeg|webp|gif|bmp|avif)$/.test(type)

/** @throws Error for a file that is no picture known to this browser */
export async function readPicture(file: File): Promise<Image> {
  const bitmap = await createImageBitmap(file)
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    // JPEG has no transparency, so transparent parts become white.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    for (const quality of QUALITIES) {
      const url = canvas.toDataURL('image/jpeg', quality)
      if (url.length > MOST_CHARACTERS && quality !== QUALITIES.at(-1)) continue
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
      return { url, preview: blob ? URL.createObjectURL(blob) : '', name: file.name || 'image' }
    }
    throw new Error('no quality')
  } finally {
    bitmap.close()
  }
}
