/**
 * The caller's trace, in the format of W3C's Trace Context (https://www.w3.org/TR/trace-context/). The gateway makes no spans of its own, so it
 * passes a valid header on unchanged and ignores an invalid one.
 */
import { TRACEPARENT } from '../../shared/audit-line.ts'

const VERSIONED = /^(?!ff)[0-9a-f]{2}(-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/

/**
 * @returns the header in version 00's form, also if it has a later version, whose beginning has the same form; undefined if there is no valid
 * header
 */
export function traceparentOf(header: string | null): string | undefined {
  if (header === null || header.length > 256) return undefined
  if (header.startsWith('00-')) return TRACEPARENT.test(header) ? header : undefined
  const [, fields] = VERSIONED.exec(header) ?? []
  return fields === undefined ? undefined : `00${fields}`
}
