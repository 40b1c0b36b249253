/** The body of a request: one JSON object in UTF-8. The adapter limits its length. */
import { isMap } from '../../shared/is-map.ts'
import { GatewayError } from './errors.ts'
import type { IncomingRequest } from './http.ts'
import { isTooDeep, MAXIMUM_DEPTH } from './json.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface Body {
  readonly text: string
  readonly fields: Fields
}

export const NO_BODY: Body = { text: '', fields: {} }

const utf8 = new TextDecoder('utf-8', { fatal: true })

export async function readBody(request: Pick<IncomingRequest, 'headers' | 'body'>): Promise<Body> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('body_encoding_invalid', 'The body is compressed (Content-Encoding). Send it as it is.')
  }
  return parseBody(decode(await request.body()))
}

/** @throws GatewayError for anything but one JSON object */
export const parseBody = (text: string): Body => ({ text, fields: parseObject(text) })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new GatewayError('body_encoding_invalid', 'The body is not valid UTF-8.', { cause })
  }
}

function parseObject(text: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Without the cause, because V8's message quotes the text.
    throw new GatewayError('body_not_json', 'The body is not JSON. Send one JSON object.')
  }
  if (!isMap(value)) throw new GatewayError('body_not_object', 'The body is JSON, but not an object. Send {…}.')
  if (isTooDeep(text)) {
    throw new GatewayError('body_not_json', `The body is nested too deeply: ${MAXIMUM_DEPTH} levels are allowed.`)
  }
  return value
}
