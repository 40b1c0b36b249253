/**
 * Adds the gateway's own entries to Bedrock's `requestMetadata`, which the account's model invocation log repeats. By them, an entry of that log
 * can be found in the audit trail, and an entry without them did not come through the gateway. A caller may send entries of other names, but not
 * of these.
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
  /** A JSON text with an object. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const FIELD = 'requestMetadata'
/** For InvokeModel, whose body has the model's own format. */
const HEADER = 'x-amzn-bedrock-request-metadata'
/** Bedrock's limit on the number of entries. */
const MOST_ENTRIES = 16

/**
 * Adds the gateway's metadata to the request: to the body for Converse, to a header for InvokeModel.
 * @throws GatewayError `field_invalid` if the caller's metadata would be refused by Bedrock, or uses one of the gateway's names
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

/** A JSON text can have a field's name in plain letters, or with letters written as `\u00…`. */
const MAY_HAVE_FIELD = new RegExp(`${FIELD}|\\\\u00`, 'i')

/** The body is parsed only if necessary, because most of a long body is a single text. */
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
  // Names that differ from the gateway's in capital letters or spaces only are refused too.
  if (Object.keys(value).some((key) => key.trim().toLowerCase().startsWith(REQUEST_METADATA_PREFIX)))
    throw refused(name, `must not have names that begin with "${REQUEST_METADATA_PREFIX}": they are the gateway's own.`)
  return value
}

const refused = (param: string, words: string): GatewayError =>
  new GatewayError('field_invalid', `The field "${param}" ${words}`, { param })
