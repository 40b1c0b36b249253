/** Makes a value that fits a JSON schema. The stand-in answers with it when a tool's input or structured output is needed. */

export type JsonSchema = Readonly<Record<string, unknown>>

/** Enough for any real schema; a recursive schema ends here. */
const MAX_DEPTH = 12

/**
 * @param words used for texts, one after the other; the last one for all further texts
 * @returns the same value for the same schema and words
 */
export function sampleOf(schema: JsonSchema, words: readonly string[] = []): unknown {
  let taken = 0
  const word = (fallback: string) => words[Math.min(taken++, words.length - 1)] ?? fallback

  function sample(given: unknown, name: string, depth: number): unknown {
    const { const: constant, enum: allowed, default: preset, examples, ...rest } = resolved(given)
    if (constant !== undefined) return constant
    if (Array.isArray(allowed) && allowed.length > 0) return allowed[0]
    if (preset !== undefined) return preset
    if (Array.isArray(examples) && examples.length > 0) return examples[0]
    if (depth > MAX_DEPTH) return null
    const [alternative] = [rest.anyOf, rest.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
    if (alternative !== undefined) return sample(alternative, name, depth + 1)
    const type = Array.isArray(rest.type) ? rest.type[0] : (rest.type ?? (rest.properties ? 'object' : 'string'))
    switch (type) {
      case 'object':
        return object(rest, depth)
      case 'array':
        return depth > MAX_DEPTH ? [] : array(rest, name, depth)
      case 'integer':
      case 'number':
        return numberOf(rest, type)
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        return textFor(rest, word(name))
    }
  }

  /** The required properties; all of them if the schema has no such list. */
  function object({ properties = {}, required, allOf }: JsonSchema, depth: number): unknown {
    const all = [properties, ...(Array.isArray(allOf) ? allOf.map((one) => resolved(one).properties ?? {}) : [])]
    const known = Object.assign({}, ...all) as Record<string, unknown>
    const names = Array.isArray(required) ? required.map(String) : Object.keys(known)
    if (depth > MAX_DEPTH) return {}
    return Object.fromEntries(names.map((name) => [name, sample(known[name] ?? {}, name, depth + 1)]))
  }

  const array = ({ items, prefixItems, minItems }: JsonSchema, name: string, depth: number): unknown => {
    if (Array.isArray(prefixItems)) return prefixItems.map((item) => sample(item, name, depth + 1))
    const count = typeof minItems === 'number' ? minItems : 1
    return Array.from({ length: count }, () => sample(items ?? {}, name, depth + 1))
  }

  /** Follows a reference such as `#/$defs/City`. A schema may also be `true`. */
  function resolved(given: unknown, hops = 0): JsonSchema {
    const one = isObject(given) ? given : {}
    if (typeof one.$ref !== 'string' || !one.$ref.startsWith('#') || hops > MAX_DEPTH) return one
    const target = one.$ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), schema)
    return resolved(target, hops + 1)
  }

  return sample(schema, 'value', 0)
}

function numberOf({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonSchema, type: 'integer' | 'number'): number {
  const step = typeof multipleOf === 'number' ? multipleOf : 1
  const least =
    typeof exclusiveMinimum === 'number'
      ? exclusiveMinimum + (type === 'integer' ? 1 : step)
      : typeof minimum === 'number'
        ? minimum
        : typeof maximum === 'number'
          ? Math.min(1, maximum)
          : 1
  const value = Math.ceil(least / step) * step
  return type === 'integer' ? Math.ceil(value) : value
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-02',
  time: '12:00:00Z',
  'date-time': '2026-11-02T12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  hostname: 'example.com',
}

function textFor({ format, minLength, maxLength }: JsonSchema, word: string): string {
  const text = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? (FORMATS[format] ?? word) : word
  const padded = typeof minLength === 'number' ? text.padEnd(minLength, 'x') : text
  return typeof maxLength === 'number' ? padded.slice(0, maxLength) : padded
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
