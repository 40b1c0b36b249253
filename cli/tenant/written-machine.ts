/** Adds a machine to a stack file's text, or removes it. Everything else stays as it is, byte by byte: comments, order, quotes. */
import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, type Pair, parse, parseDocument, type YAMLMap } from 'yaml'
import { isMap as isRecord } from '../../shared/is-map.ts'
import { endOfPair } from '../image/written-setting.ts'

const SETTING = 'machineIssuers'

export interface WrittenMachine {
  readonly project: string
  readonly name: string
  /** The value that `machineIssuers` accepts. */
  readonly issuer: { readonly issuer: string; readonly claims: Readonly<Record<string, string>> }
}

/** @returns undefined if the file does not have the form that Pulumi writes, because nothing is guessed */
export function withMachine(text: string, { project, name, issuer }: WrittenMachine): string | undefined {
  const config = parseDocument(text).get('config', true)
  if (!isMap(config) || config.flow === true) return undefined
  const key = `${project}:${SETTING}`
  const pairs = config.items.filter((pair) => isScalar(pair.key))
  const there = pairs.find((pair) => nameOf(pair) === key)
  const anchor = there ?? pairs.at(-1)
  const start = startOf(anchor)
  if (!anchor || start === undefined) return undefined
  if (there && (!isMap(there.value) || there.value.flow === true || there.value.has(name))) return undefined
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = indentOf(text, start)
  const first = there ? startOf((there.value as YAMLMap).items[0]) : undefined
  const deeper = first === undefined ? `${indent}  ` : indentOf(text, first)
  const end = endOfPair(text, anchor.value, start)
  const lines = [...(there ? [] : [`${indent}${key}:`]), `${deeper}${name}: ${flow(issuer)}`]
  const changed = `${text.slice(0, end)}${lines.map((line) => `${newline}${line}`).join('')}${text.slice(end)}`
  return isOnlyChange(text, changed, key, (machines) => ({ ...machines, [name]: issuer })) ? changed : undefined
}

/** @returns undefined as `withMachine` does, or if there is no such machine */
export function withoutMachine(
  text: string,
  { project, name }: Pick<WrittenMachine, 'project' | 'name'>,
): string | undefined {
  const config = parseDocument(text).get('config', true)
  if (!isMap(config) || config.flow === true) return undefined
  const key = `${project}:${SETTING}`
  const setting = config.items.find((pair) => nameOf(pair) === key)
  if (!setting || !isMap(setting.value) || setting.value.flow === true) return undefined
  const { items } = setting.value
  const machine = items.find((pair) => nameOf(pair) === name)
  // If it is the only machine, the whole setting is removed, because an empty map is not allowed.
  const gone = machine && items.length === 1 ? setting : machine
  const start = startOf(gone)
  if (!gone || start === undefined) return undefined
  const end = endOfPair(text, gone.value, start)
  const from = text.lastIndexOf('\n', start - 1) + 1
  const changed = text.slice(0, from) + text.slice(end).replace(/^\r?\n/, '')
  const without = ({ [name]: _, ...others }: Machines) => (Object.keys(others).length > 0 ? others : undefined)
  return isOnlyChange(text, changed, key, without) ? changed : undefined
}

const nameOf = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined)
const startOf = (pair: Pair | undefined): number | undefined =>
  isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : undefined
const indentOf = (text: string, start: number) => text.slice(text.lastIndexOf('\n', start - 1) + 1, start)

/** The text on one line; it is quoted if YAML could read it as something other than a text. */
const flow = ({ issuer, claims }: WrittenMachine['issuer']) =>
  `{ issuer: ${issuer}, claims: { ${Object.entries(claims)
    .map(([claim, value]) => `${claim}: ${/^[a-z][a-z/]*$/.test(value) ? value : JSON.stringify(value)}`)
    .join(', ')} } }`

type Machines = Readonly<Record<string, unknown>>

/** Parses both texts, and tells whether they differ in this change and nothing else. */
function isOnlyChange(
  before: string,
  after: string,
  key: string,
  change: (machines: Machines) => Machines | undefined,
): boolean {
  const [old, now]: unknown[] = [parse(before), parse(after)]
  if (!isRecord(old) || !isRecord(now) || !isRecord(old.config)) return false
  const { [key]: machines, ...others } = old.config
  const changed = change(isRecord(machines) ? machines : {})
  return isDeepStrictEqual(now, { ...old, config: { ...others, ...(changed && { [key]: changed }) } })
}
