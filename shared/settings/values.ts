/**
 * Readers of single values. Each throws a {@link Refused} that quotes the value, and the value that was meant if that is certain. The setting
 * says what is allowed.
 */
import { contains, parseCidr, startOf } from '../cidr.ts'
import { nearest } from './commands.ts'
import { Refused } from './refused.ts'

const quote = (raw: string) => `"${raw.length > 80 ? `${raw.slice(0, 77)}...` : raw}"`

/**
 * A text that matches `pattern`.
 * @param same another form of the same text, such as lower case, which is then checked
 */
export function matching(pattern: RegExp, what: string, same?: (raw: string) => string): (raw: string) => string {
  return (raw) => {
    if (pattern.test(raw)) return raw
    const meant = same?.(raw)
    throw new Refused(`${quote(raw)} is not ${what}.`, {
      meant: meant !== undefined && pattern.test(meant) ? meant : undefined,
    })
  }
}

export function oneOf<const T extends readonly string[]>(choices: T): (raw: string) => T[number] {
  return (raw) => {
    if (!choices.includes(raw))
      throw new Refused(`${quote(raw)} is none of the choices.`, { meant: nearest(raw, choices) })
    return raw
  }
}

export function trueOrFalse(raw: string): boolean {
  if (raw === 'true' || raw === 'false') return raw === 'true'
  const word = raw.trim().toLowerCase()
  const meant = YES.includes(word) ? 'true' : NO.includes(word) ? 'false' : nearest(word, ['true', 'false'])
  throw new Refused(`${quote(raw)} is neither true nor false.`, { meant })
}

/** The words for true in YAML 1.1 and in shells. */
const YES = ['true', 'yes', 'y', 'on', '1']
const NO = ['false', 'no', 'n', 'off', '0']

export function integerIn(least: number, most: number): (raw: string) => number {
  return (raw) => {
    // `Number()` would also accept '', ' 5', '0x10' and '1e3'.
    if (!/^\d{1,15}$/.test(raw)) throw new Refused(`${quote(raw)} is not a whole number.`)
    const value = Number(raw)
    if (value < least || value > most) throw new Refused(`${value} is out of range.`)
    return value
  }
}

/** One of these whole numbers. */
export function numberIn(choices: readonly number[]): (raw: string) => number {
  return (raw) => {
    const value = choices.find((choice) => String(choice) === raw)
    if (value === undefined) throw new Refused(`${quote(raw)} is none of the choices.`)
    return value
  }
}

/** A list of different texts, each read by `parse`. Numbers that YAML has read are taken as their digits. */
export function listOf(
  parse: (raw: string) => string,
  atLeast: number,
  atMost: number,
): (raw: string) => readonly string[] {
  return (raw) => {
    const list = json(raw)
    if (!Array.isArray(list)) throw new Refused(`${quote(raw)} is not a list.`)
    if (list.length < atLeast || list.length > atMost) throw new Refused(`it has ${list.length} entries.`)
    const values = list.map((entry: unknown, index) => {
      const at = `[${index}]`
      if (typeof entry !== 'string' && typeof entry !== 'number')
        throw new Refused(`entry ${index} is not text.`, { at })
      try {
        return parse(String(entry))
      } catch (error) {
        throw Refused.at(at, error)
      }
    })
    const twice = values.findIndex((value, index) => values.indexOf(value) !== index)
    if (twice >= 0) throw new Refused(`${quote(values[twice] ?? '')} is in it twice.`, { at: `[${twice}]` })
    return values
  }
}

/** A map from texts to values that are not read yet, in the order of the file. */
export function mapOf(raw: string): readonly (readonly [string, unknown])[] {
  const map = json(raw)
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new Refused(`${quote(raw)} is not a map.`)
  return Object.entries(map)
}

/** 12 digits. YAML reads an unquoted account as a number and drops its leading zeros; AWS's console shows it with hyphens. */
export function account(raw: string): string {
  if (/^\d{12}$/.test(raw)) return raw
  const hint = /^\d{1,11}$/.test(raw) ? ' Quote it in the YAML file: unquoted, leading zeros are lost.' : ''
  throw new Refused(`${quote(raw)} is not 12 digits.${hint}`, {
    meant: /^\d{4}-\d{4}-\d{4}$/.test(raw) ? raw.replaceAll('-', '') : undefined,
  })
}

/** Private ranges. A route for any other range would hide public addresses from the VPC. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'] as const

/** @param block a valid CIDR block */
export const isPrivate = (block: string): boolean => PRIVATE_RANGES.some((range) => contains(range, block))

export function privateCidr(largest: number, smallest: number): (raw: string) => string {
  const check = (raw: string) => {
    const { prefix } = parseCidr(raw)
    if (!isPrivate(raw)) throw new Refused(`${quote(raw)} is not a private range.`)
    if (prefix < largest || prefix > smallest) throw new Refused(`${quote(raw)} is a /${prefix}.`)
    return raw
  }
  return orBlockOf(check)
}

export const anyCidr = orBlockOf((raw) => {
  parseCidr(raw)
  return raw
})

/** If the setting accepts blocks, an address with a prefix means the block that contains it. */
function orBlockOf(check: (raw: string) => string): (raw: string) => string {
  return (raw) => {
    try {
      return check(raw)
    } catch (error) {
      const start = startOf(raw)
      throw new Refused(error instanceof Error ? error.message : String(error), {
        meant: start !== undefined && isTaken(check, start) ? start : undefined,
      })
    }
  }
}

function isTaken(check: (raw: string) => string, value: string): boolean {
  try {
    check(value)
    return true
  } catch {
    return false
  }
}

export const PRIVATE_RANGES_TEXT = PRIVATE_RANGES.join(', ')

function json(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new Refused(`${quote(raw)} is neither a list nor a map.`)
  }
}
