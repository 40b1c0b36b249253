/**
 * The caller's trace, as W3C's Trace Context has it (https://www.w3.org/TR/trace-context/): the gateway makes no spans of its
 * own, so it passes the header on as it is. A header that is not valid is ignored.
 */
import { TRACEPARENT } from '../../shared/audit-line.ts'

const VERSIONED = /^(?!ff)[0-9a-f]{2}(-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/

/** @returns version 00's form, also of a later version, whose beginning is the same; undefined where there is no valid one */
export function traceparentOf(header: string | null): string | undefined {
  if (header === null || header.length > 256) return undefined
  if (header.startsWith('00-')) return TRACEPARENT.test(header) ? header : undefined
  const [, fields] = VERSIONED.exec(header) ?? []
  return fields === undefined ? undefined : `00${fields}`
}
