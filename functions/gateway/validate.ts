/** Checks bodies against a schema (valibot). The errors name the field and what is allowed, and never repeat what was sent. */
import * as v from 'valibot'
import { type ErrorCode, GatewayError, safeName } from './errors.ts'

/**
 * Returns the body as the schema reads it.
 * @throws GatewayError `field_unknown`, `field_invalid` or `number_out_of_range`, with the field as `param`
 * @example parseFields(v.strictObject({ input: v.string() }), call.body.fields)
 */
export function parseFields<Schema extends v.GenericSchema>(schema: Schema, fields: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, fields, { abortEarly: true })
  if (result.success) return result.output
  throw refusal(deepest(result.issues[0]))
}

interface Place {
  readonly issue: v.BaseIssue<unknown>
  readonly keys: readonly string[]
}

/** For a union, the issue of the alternative that matched furthest; its path begins at the union. */
function deepest(issue: v.BaseIssue<unknown>, above: readonly string[] = []): Place {
  const keys = [...above, ...(issue.path?.map(({ key }) => `${key}`) ?? [])]
  const alternatives = (issue.issues ?? []).map((one) => deepest(one, keys))
  return alternatives.reduce((best, one) => (one.keys.length > best.keys.length ? one : best), { issue, keys })
}

function refusal({ issue, keys }: Place): GatewayError {
  // Ends before the first part that is not a short plain name, because a key may contain anything.
  const odd = keys.findIndex((key) => safeName(key) === undefined)
  const param = (odd === -1 ? keys : keys.slice(0, odd)).join('.')
  const field = odd === -1 ? `The field "${param}"` : param === '' ? 'A field' : `A field of "${param}"`
  const { code, words } = fault(issue)
  return new GatewayError(code, `${field} ${words}`, param === '' ? {} : { param })
}

const RANGES = ['min_value', 'max_value', 'integer']

function fault(issue: v.BaseIssue<unknown>): { readonly code: ErrorCode; readonly words: string } {
  if (issue.expected === 'never') return { code: 'field_unknown', words: 'is not known. Leave it out.' }
  if (issue.kind === 'schema' && issue.received === 'undefined') return { code: 'field_invalid', words: 'is missing.' }
  const code = RANGES.includes(issue.type) ? 'number_out_of_range' : 'field_invalid'
  // A message of one of our schemas is used; valibot's own message would quote what it received.
  const own = !issue.message.startsWith('Invalid ')
  return { code, words: own ? issue.message : `must be ${expected(issue)}, not ${received(issue)}.` }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  Array: 'a list',
  Object: 'an object',
}

function expected({ expected: allowed }: v.BaseIssue<unknown>): string {
  const choices = (allowed ?? '').replace(/^\((.*)\)$/, '$1').split(' | ')
  const words = choices.map((choice) => KINDS[choice] ?? choice.replaceAll('"', ''))
  if (words.length === 1) return `${words[0]}`
  return choices.every((choice) => choice.startsWith('"')) ? `one of ${words.join(', ')}` : words.join(' or ')
}

/** Describes what was sent by its kind only. */
function received({ input: value, expected: allowed }: v.BaseIssue<unknown>): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return allowed?.includes('"') ? 'another text' : 'a text'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
