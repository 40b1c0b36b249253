/** Images and files of a message. The gateway fetches nothing: they must be sent as `data:` URLs. */
import type { WireContentBlock } from '../model/wire.ts'
import type { ContentPart } from './chat-schema.ts'
import { refuse } from './refuse.ts'

type Image = Extract<WireContentBlock, { image: object }>
type Document = Extract<WireContentBlock, { document: object }>

const IMAGES = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
} as const

const DOCUMENTS = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/csv': 'csv',
  'text/html': 'html',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
} as const

export function imageBlock({ image_url }: Extract<ContentPart, { type: 'image_url' }>, param: string): Image {
  const { format, bytes } = readDataUrl(image_url.url, IMAGES, `${param}.image_url.url`)
  return { image: { format, source: { bytes } } }
}

/** @param name differs from the name of every other document in the request, because Bedrock requires that */
export function documentBlock({ file }: Extract<ContentPart, { type: 'file' }>, param: string, name: string): Document {
  const { format, bytes } = readDataUrl(file.file_data, DOCUMENTS, `${param}.file.file_data`)
  return { document: { format, name, source: { bytes } } }
}

/** Makes a name that Bedrock accepts for a document: letters, digits, single spaces, `-`, `(`, `)`, `[`, `]`. */
export function documentName(filename: string | null | undefined, number: number): string {
  const plain = (filename ?? '')
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9()[\]-]+/g, ' ')
    .trim()
    .slice(0, 100)
  return `${plain === '' ? 'document' : plain} (${number})`
}

function readDataUrl<Format extends string>(url: string, formats: Readonly<Record<string, Format>>, param: string) {
  const comma = url.indexOf(',')
  const [type = '', ...parameters] = url.slice('data:'.length, comma).toLowerCase().split(';')
  if (!url.startsWith('data:') || comma < 0 || parameters.at(-1) !== 'base64') {
    throw refuse(param, 'must be a data: URL in base64 (data:TYPE;base64,…). Nothing is fetched from elsewhere.')
  }
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined
  if (format === undefined) throw refuse(param, `must be of a type among ${Object.keys(formats).join(', ')}.`)
  const bytes = url.slice(comma + 1)
  if (bytes === '' || bytes.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bytes)) {
    throw refuse(param, 'is not valid base64.')
  }
  return { format, bytes }
}
