/**
 * CloudWatch Logs' filter patterns for JSON: `{ $.status >= 500 && $.check = "tenant" }`. The empty pattern matches everything. Patterns of
 * terms, of space-delimited fields, and regular expressions are not supported.
 */
import { AwsError, UnsupportedError } from '../../errors.ts'

/** Whether a line matches. The line may be no JSON. */
export type FilterPattern = (message: string) => boolean

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type Test = (root: Json) => boolean

const MAX_LENGTH = 1024

/** @throws AwsError InvalidParameterException; UnsupportedError for patterns that are not for JSON */
export function parseFilterPattern(pattern: string): FilterPattern {
  const trimmed = pattern.trim()
  if (pattern.length > MAX_LENGTH) throw invalid()
  if (trimmed === '') return () => true
  if (!trimmed.startsWith('{'))
    throw new UnsupportedError(`the filter pattern ${pattern}: only JSON patterns are known`)
  if (!trimmed.endsWith('}')) throw invalid()
  const test = new Parser(tokens(trimmed.slice(1, -1))).whole()
  return (message) => {
    const root = parsed(message)
    return root !== undefined && test(root)
  }
}

const invalid = () => new AwsError('InvalidParameterException', 'Invalid filter pattern')

function parsed(message: string): Json | undefined {
  if (!message.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(message) as Json
  } catch {
    return undefined
  }
}

const TOKEN = /\s*(&&|\|\||[()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|\$[^\s=!<>()&|]*|%[^%]*%|[^\s=!<>()&|"]+)/y

function tokens(text: string): readonly string[] {
  const found: string[] = []
  const rest = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < rest.length) {
    const [, token] = TOKEN.exec(rest) ?? []
    if (token === undefined) throw invalid()
    if (token.startsWith('%')) throw new UnsupportedError('regular expressions in filter patterns')
    found.push(token)
  }
  return found
}

/** `&&` has precedence over `||`. */
class Parser {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(list: readonly string[]) {
    this.#tokens = list
  }

  whole(): Test {
    const test = this.#either()
    if (this.#at !== this.#tokens.length) throw invalid()
    return test
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw invalid()
    return token
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #either(): Test {
    const tests = [this.#both()]
    while (this.#takes('||')) tests.push(this.#both())
    return (root) => tests.some((test) => test(root))
  }

  #both(): Test {
    const tests = [this.#one()]
    while (this.#takes('&&')) tests.push(this.#one())
    return (root) => tests.every((test) => test(root))
  }

  #one(): Test {
    if (!this.#takes('(')) return this.#comparison()
    const inner = this.#either()
    if (!this.#takes(')')) throw invalid()
    return inner
  }

  #comparison(): Test {
    const read = selector(this.#next())
    if (this.#takes('NOT')) {
      if (this.#next() !== 'EXISTS') throw invalid()
      return (root) => read(root) === undefined
    }
    if (this.#takes('IS')) return keyword(this.#next(), read)
    return comparison(this.#next(), this.#next(), read)
  }
}

type Read = (root: Json) => Json | undefined

/** Parses `$.a.b[0]` with CloudWatch Logs' characters: letters, digits, `_` and `-`. */
function selector(token: string): Read {
  if (!/^\$(\.[\w-]+|\[\d+\])+$/.test(token)) throw invalid()
  const steps = [...token.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index))
  return (root) => steps.reduce<Json | undefined>(child, root)
}

function child(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined
  return typeof step === 'string' && Object.hasOwn(value, step) ? (value as Record<string, Json>)[step] : undefined
}

function keyword(word: string, read: Read): Test {
  const expected: Readonly<Record<string, Json>> = { NULL: null, TRUE: true, FALSE: false }
  if (!Object.hasOwn(expected, word)) throw invalid()
  return (root) => read(root) === expected[word]
}

const ORDER: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** A comparison with a missing field is always false, for `=` and for `!=`. */
function comparison(operator: string, operand: string, read: Read): Test {
  const order = ORDER[operator]
  const wanted = Number(operand)
  const isNumber = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(operand)
  if (order) {
    if (!isNumber) throw invalid()
    return (root) => {
      const value = read(root)
      return typeof value === 'number' && order(value, wanted)
    }
  }
  if ((operator !== '=' && operator !== '!=') || /^[()&|=<>!$]/.test(operand)) throw invalid()
  const text = operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand
  const pattern = like(text)
  const equals = (value: Json) =>
    typeof value === 'number' && isNumber ? value === wanted : pattern.test(textOf(value))
  return (root) => {
    const value = read(root)
    if (value === undefined) return false
    return operator === '=' ? equals(value) : !equals(value)
  }
}

/** `*` stands for any text. */
const like = (text: string) => new RegExp(`^${text.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`, 's')

const textOf = (value: Json): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
