/**
 * JSON of callers and models that is read, changed and sent on. It is nested no deeper than the stack allows. Numbers stay as they were written,
 * because a tool's schema or arguments may contain integers that a double cannot represent.
 */

/** The deepest nesting of lists and objects. V8 parses any depth, but writes JSON recursively, and its stack ends at about 5,000. */
export const MAXIMUM_DEPTH = 500

/** @param text valid JSON */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === LIST || code === OBJECT) {
      if (++depth > MAXIMUM_DEPTH) return true
    } else if (code === LIST_END || code === OBJECT_END) depth--
  }
  return false
}

const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Jumps to the next quote or backslash, because most of a long body is one text, such as an image. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let before = at
  while (text.charCodeAt(before - 1) === BACKSLASH) before--
  return (at - before) % 2 === 1
}

/**
 * The text with its top-level fields changed.
 * @param text one JSON object
 * @example rewriteJson('{"a":1.0}', (fields) => ({ ...fields, b: 2 })) // '{"a":1.0,"b":2}'
 */
export const rewriteJson = (text: string, change: (fields: Fields) => Fields): string =>
  JSON.stringify(change(JSON.parse(text, keepNumber)))

/** A number that a double represents exactly is a number. Any other is kept as its text, which `JSON.stringify` writes unchanged. */
export const parseKeepingNumbers = (text: string): unknown =>
  JSON.parse(text, (key: string, value: unknown, context?: Context) =>
    typeof value === 'number' && context !== undefined && holds(value, context.source)
      ? value
      : keepNumber(key, value, context),
  )

/** Only numbers with many digits can lose precision, so most texts need no second look. */
export const mayLoseNumbers = (text: string): boolean => /\d{16}/.test(text) || /\d[eE]\+?\d{3}/.test(text)

type Fields = Readonly<Record<string, unknown>>

interface Context {
  readonly source: string
}

/** ES2025's JSON source text access, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

const keepNumber = (_key: string, value: unknown, context?: Context): unknown =>
  typeof value === 'number' && context !== undefined ? rawJSON(context.source) : value

const holds = (value: number, source: string): boolean =>
  /^-?\d+$/.test(source) ? Number.isSafeInteger(value) : source.length < 17 && Number.isFinite(value)
