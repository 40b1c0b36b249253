/** JSON that is changed and sent on with its numbers as they were written: a tool's schema may hold integers that a double cannot. */
import type { Fields } from './body.ts'
import { GatewayError } from './errors.ts'

/**
 * The text with its top-level fields changed.
 * @param text one JSON object
 * @throws GatewayError `body_not_json` when it is nested too deeply to be written again
 * @example rewriteJson('{"a":1.0}', (fields) => ({ ...fields, b: 2 })) // '{"a":1.0,"b":2}'
 */
export function rewriteJson(text: string, change: (fields: Fields) => Fields): string {
  try {
    return JSON.stringify(change(JSON.parse(text, keepNumber)))
  } catch (cause) {
    if (cause instanceof RangeError) throw new GatewayError('body_not_json', 'The body is nested too deeply.')
    throw cause
  }
}

/** ES2025's JSON source text access, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function keepNumber(_key: string, value: unknown, context?: { readonly source: string }): unknown {
  return typeof value === 'number' && context !== undefined ? rawJSON(context.source) : value
}
