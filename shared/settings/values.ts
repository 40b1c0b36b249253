/** Readers of single values. Each throws an Error that quotes what it got; what is allowed is said by the setting. */
import { contains, parseCidr } from '../cidr.ts'

const quote = (raw: string) => `"${raw.length > 80 ? `${raw.slice(0, 77)}...` : raw}"`

/** Text that matches `pattern`. */
export function matching(pattern: RegExp, what: string): (raw: string) => string {
  return (raw) => {
    if (!pattern.test(raw)) throw new Error(`${quote(raw)} is not ${what}.`)
    return raw
  }
}

export function oneOf<const T extends readonly string[]>(choices: T): (raw: string) => T[number] {
  return (raw) => {
    if (!choices.includes(raw)) throw new Error(`${quote(raw)} is none of the choices.`)
    return raw
  }
}

export function trueOrFalse(raw: string): boolean {
  if (raw !== 'true' && raw !== 'false') throw new Error(`${quote(raw)} is neither true nor false.`)
  return raw === 'true'
}

export function integerIn(least: number, most: number): (raw: string) => number {
  return (raw) => {
    // Number() would also take '', ' 5', '0x10' and '1e3'.
    if (!/^\d{1,15}$/.test(raw)) throw new Error(`${quote(raw)} is not a whole number.`)
    const value = Number(raw)
    if (value < least || value > most) throw new Error(`${value} is out of range.`)
    return value
  }
}

/** One of these whole numbers. */
export function numberIn(choices: readonly number[]): (raw: string) => number {
  return (raw) => {
    const value = choices.find((choice) => String(choice) === raw)
    if (value === undefined) throw new Error(`${quote(raw)} is none of the choices.`)
    return value
  }
}

/** A list of distinct texts, each read by `parse`. YAML's unquoted numbers are taken as their digits. */
export function listOf(
  parse: (raw: string) => string,
  atLeast: number,
  atMost: number,
): (raw: string) => readonly string[] {
  return (raw) => {
    const list = json(raw)
    if (!Array.isArray(list)) throw new Error(`${quote(raw)} is not a list.`)
    if (list.length < atLeast || list.length > atMost) throw new Error(`it has ${list.length} entries.`)
    const values = list.map((entry: unknown, index) => {
      if (typeof entry !== 'string' && typeof entry !== 'number') throw new Error(`entry ${index} is not text.`)
      return parse(String(entry))
    })
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice !== undefined) throw new Error(`${quote(twice)} is in it twice.`)
    return values
  }
}

/** A map of text to unread values, in the order written. */
export function mapOf(raw: string): readonly (readonly [string, unknown])[] {
  const map = json(raw)
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new Error(`${quote(raw)} is not a map.`)
  return Object.entries(map)
}

/** 12 digits. YAML reads an unquoted account as a number and drops its leading zeros. */
export function account(raw: string): string {
  if (/^\d{12}$/.test(raw)) return raw
  const hint = /^\d{1,11}$/.test(raw) ? ' Quote it in the YAML file: unquoted, leading zeros are lost.' : ''
  throw new Error(`${quote(raw)} is not 12 digits.${hint}`)
}

/** Ranges that are nobody's on the internet: a route for any other would take real addresses away from the VPC. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'] as const

export function privateCidr(largest: number, smallest: number): (raw: string) => string {
  return (raw) => {
    const { prefix } = parseCidr(raw)
    if (!PRIVATE_RANGES.some((range) => contains(range, raw))) throw new Error(`${quote(raw)} is not a private range.`)
    if (prefix < largest || prefix > smallest) throw new Error(`${quote(raw)} is a /${prefix}.`)
    return raw
  }
}

export function anyCidr(raw: string): string {
  parseCidr(raw)
  return raw
}

export const PRIVATE_RANGES_TEXT = PRIVATE_RANGES.join(', ')

function json(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new Error(`${quote(raw)} is neither a list nor a map.`)
  }
}
