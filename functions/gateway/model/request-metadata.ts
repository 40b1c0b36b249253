/**
 * Names of the gateway's own in Bedrock's `requestMetadata`, which the account's invocation log repeats: a record of the log is
 * found in the trail by them, and one without them did not come through the gateway. A caller may send other names, never these.
 */
import { REQUEST_METADATA, REQUEST_METADATA_PREFIX } from '../../../shared/audit-line.ts'
import { isMap } from '../../../shared/is-map.ts'
import { GatewayError } from '../errors.ts'
import { rewriteJson } from '../json.ts'
import type { BedrockOperation } from './bedrock.ts'

export interface MetadataOf {
  readonly requestId: string
  readonly tenant: string
}

interface Sent {
  /** JSON, an object. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const FIELD = 'requestMetadata'
/** InvokeModel's: its body is the model's own. */
const HEADER = 'x-amzn-bedrock-request-metadata'
/** Bedrock's limit of entries. */
const MOST_ENTRIES = 16

/**
 * The request with the gateway's metadata in it: in the body for Converse, in a header for InvokeModel.
 * @throws GatewayError `field_invalid` for metadata of the caller's that Bedrock would refuse, or that takes a name of the gateway's
 */
export function withRequestMetadata(operation: BedrockOperation, { body, headers }: Sent, of: MetadataOf): Sent {
  const own = { [REQUEST_METADATA.request]: of.requestId, [REQUEST_METADATA.tenant]: of.tenant }
  switch (operation) {
    case 'count-tokens':
      return { body, headers }
    case 'converse':
    case 'converse-stream':
      return { body: withField(body, own), headers }
    default:
      return { body, headers: { ...headers, [HEADER]: JSON.stringify({ ...inHeader(headers[HEADER]), ...own }) } }
  }
}

type Metadata = Readonly<Record<string, string>>

/** A name is in a JSON text as it is, or with its letters written as `\u00…`. */
const MAY_HAVE_FIELD = new RegExp(`${FIELD}|\\\\u00`, 'i')

/** The body is not parsed where it need not be: most of a long one is one text. */
function withField(body: string, own: Metadata): string {
  if (MAY_HAVE_FIELD.test(body))
    return rewriteJson(body, (fields) => ({
      ...fields,
      [FIELD]: { ...callers(Object.hasOwn(fields, FIELD) ? fields[FIELD] : undefined), ...own },
    }))
  const open = body.slice(0, body.lastIndexOf('}'))
  const comma = /^\s*\{\s*$/.test(open) ? '' : ','
  return `${open}${comma}"${FIELD}":${JSON.stringify(own)}}`
}

function inHeader(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refused('X-Amzn-Bedrock-Request-Metadata', 'must be a JSON object of texts.')
  }
  return callers(value, 'X-Amzn-Bedrock-Request-Metadata')
}

function callers(value: unknown, name = FIELD): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {}
  if (!isMap(value)) throw refused(name, 'must be an object of texts.')
  const most = MOST_ENTRIES - Object.keys(REQUEST_METADATA).length
  if (Object.keys(value).length > most)
    throw refused(name, `must have at most ${most} entries: the gateway adds its own.`)
  // In the spelling that Bedrock takes, or in any other.
  if (Object.keys(value).some((key) => key.trim().toLowerCase().startsWith(REQUEST_METADATA_PREFIX)))
    throw refused(name, `must not have names that begin with "${REQUEST_METADATA_PREFIX}": they are the gateway's own.`)
  return value
}

const refused = (param: string, words: string): GatewayError =>
  new GatewayError('field_invalid', `The field "${param}" ${words}`, { param })
