/** Bodies against a schema (valibot). The errors name the field and what is allowed, and never repeat what was sent. */
import * as v from 'valibot'
import type { Fields } from './body.ts'
import { GatewayError, safeName } from './errors.ts'

/**
 * The body as the schema makes it.
 * @throws GatewayError `field_unknown` or `field_invalid`, with the field as `param`
 * @example parseFields(v.strictObject({ input: v.string() }), call.body.fields)
 */
export function parseFields<Schema extends v.GenericSchema>(schema: Schema, fields: Fields): v.InferOutput<Schema> {
  const result = v.safeParse(schema, fields, { abortEarly: true })
  if (result.success) return result.output
  throw refusal(deepest(result.issues[0]))
}

interface Place {
  readonly issue: v.BaseIssue<unknown>
  readonly keys: readonly string[]
}

/** In a union, the issue of the alternative that fitted furthest; its path begins at the union. */
function deepest(issue: v.BaseIssue<unknown>, above: readonly string[] = []): Place {
  const keys = [...above, ...(issue.path?.map(({ key }) => `${key}`) ?? [])]
  const alternatives = (issue.issues ?? []).map((one) => deepest(one, keys))
  return alternatives.reduce((best, one) => (one.keys.length > best.keys.length ? one : best), { issue, keys })
}

function refusal({ issue, keys }: Place): GatewayError {
  const param = nameOf(keys)
  const field = param === '' ? 'A field' : `The field "${param}"`
  const withParam = param === '' ? {} : { param }
  if (issue.expected === 'never') return new GatewayError('field_unknown', `${field} is not known.`, withParam)
  const missing = issue.received === 'undefined'
  // A schema's own message is ours; valibot's would quote what it received.
  const own = issue.kind !== 'schema' && !issue.message.startsWith('Invalid ') ? ` ${issue.message}` : ''
  const allowed = issue.expected === null ? '' : ` Allowed is ${issue.expected}.`
  return new GatewayError(
    'field_invalid',
    `${field} ${missing ? 'is missing' : 'is not valid'}.${own || allowed}`,
    withParam,
  )
}

/** `messages.0.role`; up to the first part that is not short and plain, since a key of a map may hold anything. */
function nameOf(keys: readonly string[]): string {
  const odd = keys.findIndex((key) => safeName(key) === undefined)
  return (odd === -1 ? keys : keys.slice(0, odd)).join('.')
}
