/** Changes one setting in a stack file's text. Everything else stays the same, byte by byte: comments, order, quotes. */
import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, parse, parseDocument } from 'yaml'
import { isMap as isRecord } from '../../shared/is-map.ts'

export interface WrittenSetting {
  /** The setting's name, with its namespace. */
  readonly key: string
  readonly value: string
  /** A comment for people, after the value. */
  readonly comment: string
  /** The setting after which a new line is inserted. */
  readonly after: string
}

/** @returns undefined if the file does not have the form that Pulumi writes, because nothing is guessed */
export function withSetting(text: string, { key, value, comment, after }: WrittenSetting): string | undefined {
  const config = parseDocument(text).get('config', true)
  if (!isMap(config) || config.flow === true) return undefined
  const pairs = config.items.flatMap((pair) => (isScalar(pair.key) ? [{ name: String(pair.key.value), pair }] : []))
  const there = pairs.find(({ name }) => name === key)?.pair
  const anchor = there ?? (pairs.find(({ name }) => name === after) ?? pairs.at(-1))?.pair
  const [start] = (isScalar(anchor?.key) && anchor.key.range) || []
  if (start === undefined) return undefined
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const line = `${key}: ${value} # ${comment}`
  const end = endOfPair(text, anchor?.value, start)
  const changed = there
    ? text.slice(0, start) + line + text.slice(end)
    : `${text.slice(0, end)}${newline}${indent}${line}${text.slice(end)}`
  return isOnlyChange(text, changed, key, value) ? changed : undefined
}

/** The end of the value's last line, without the line break. */
export function endOfPair(text: string, value: unknown, start: number): number {
  const range = typeof value === 'object' && value !== null && 'range' in value ? value.range : undefined
  const last = Array.isArray(range) ? Math.max(Number(range[1]) - 1, start) : start
  const newline = text.slice(last).search(/\r?\n/)
  if (newline < 0) return text.length
  const end = last + newline
  // A map's range ends after its line, between the two bytes of its line break.
  return text[end] === '\n' && text[end - 1] === '\r' ? end - 1 : end
}

/** Reads the result again and checks that it has the former settings and this one. */
function isOnlyChange(before: string, after: string, key: string, value: string): boolean {
  const [old, now]: unknown[] = [parse(before), parse(after)]
  if (!isRecord(old) || !isRecord(now) || !isRecord(old.config)) return false
  return isDeepStrictEqual(now, { ...old, config: { ...old.config, [key]: value } })
}
