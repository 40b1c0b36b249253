/** Attributes of users: Cognito's standard ones and the pool's own, `custom:…`. */
import { AwsError } from '../../errors.ts'
import type { Value } from '../../ledger/ledger.ts'
import { list, type Of, required, structure, text } from '../../wire/protocol/shape.ts'

export interface AttributeSchema {
  readonly name: string
  readonly type: 'String' | 'Number' | 'Boolean' | 'DateTime'
  readonly mutable: boolean
  readonly required: boolean
  readonly minLength: number
  readonly maxLength: number
}

export type Attributes = Readonly<Record<string, string>>

/** The form `[{ Name, Value }]` in requests. */
export const ATTRIBUTE_LIST = list(structure({ Name: required(text({ min: 1, max: 32 })), Value: text({ max: 2048 }) }))

const STANDARD = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture'],
  ...['website', 'email', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number', 'address', 'updated_at'],
]
const VERIFICATIONS = ['email_verified', 'phone_number_verified']

export const isCustom = (name: string) => name.startsWith('custom:')

export function attributeSchemas(declared: readonly Value[]): ReadonlyMap<string, AttributeSchema> {
  const standard = [...STANDARD, ...VERIFICATIONS].map((name) => ({
    name,
    mutable: true,
    required: false,
    minLength: 0,
    maxLength: 2048,
    type: VERIFICATIONS.includes(name) ? ('Boolean' as const) : ('String' as const),
  }))
  const own = declared.map((schema) => readSchema(schema as Readonly<Record<string, Value>>))
  return new Map([...standard, ...own].map((schema) => [schema.name, schema]))
}

function readSchema(schema: Readonly<Record<string, Value>>): AttributeSchema {
  const name = String(schema.name)
  const limits = (schema.stringAttributeConstraints ?? {}) as Readonly<Record<string, Value>>
  return {
    name: STANDARD.includes(name) ? name : `custom:${name}`,
    type: schema.attributeDataType as AttributeSchema['type'],
    // This is Cognito's default; a standard attribute can be declared immutable too.
    mutable: schema.mutable !== false,
    required: schema.required === true,
    minLength: Number(limits.minLength ?? 0),
    maxLength: Number(limits.maxLength ?? 2048),
  }
}

/** Reads the attributes of a request into a record, and checks them against the schema. An empty value deletes an attribute. */
export function readAttributes(
  schemas: ReadonlyMap<string, AttributeSchema>,
  given: Of<typeof ATTRIBUTE_LIST> = [],
): Attributes {
  const attributes: Record<string, string> = {}
  for (const { Name, Value = '' } of given) {
    const schema = schemas.get(Name)
    if (Name === 'sub' || !schema)
      throw invalid(
        Name === 'sub'
          ? 'Cannot modify the non-mutable attribute sub'
          : `Attributes did not conform to the schema: Type for attribute {${Name}} could not be determined`,
      )
    if (Value !== '') checkValue(schema, Value)
    attributes[Name] = Value
  }
  return attributes
}

function checkValue({ name, type, minLength, maxLength }: AttributeSchema, value: string): void {
  const fails = (what: string) => invalid(`Attributes did not conform to the schema: ${name}: ${what}`)
  if (type === 'String' && value.length < minLength) throw fails(`String must be at least ${minLength} characters long`)
  if (type === 'String' && value.length > maxLength)
    throw fails(`String must be no longer than ${maxLength} characters`)
  if (type === 'Number' && !/^-?\d+$/.test(value)) throw fails('Number expected')
  if (type === 'Boolean' && !/^(true|false)$/i.test(value)) throw fails('Boolean expected')
  if (name === 'email' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) throw invalid('Invalid email address format.')
  if (name === 'phone_number' && !/^\+\d{1,15}$/.test(value)) throw invalid('Invalid phone number format.')
}

export function checkRequired(schemas: ReadonlyMap<string, AttributeSchema>, attributes: Attributes): void {
  const missing = [...schemas.values()].filter(({ name, required: needed }) => needed && !attributes[name])
  if (missing.length > 0)
    throw invalid(
      `Attributes did not conform to the schema: ${missing.map(({ name }) => `${name}: The attribute ${name} is required`).join('; ')}`,
    )
}

/**
 * A user's attributes after a change. An e-mail address or phone number that changes is no longer verified, unless the same change says that it
 * is.
 */
export function changeAttributes(
  schemas: ReadonlyMap<string, AttributeSchema>,
  current: Attributes,
  change: Attributes,
): Attributes {
  for (const name of Object.keys(change))
    if (schemas.get(name)?.mutable === false)
      throw invalid(`user.${name}: Attribute cannot be updated. (changing an immutable attribute)`)
  const unverified = ['email', 'phone_number']
    .filter((name) => change[name] !== undefined && change[name] !== current[name])
    .map((name) => [`${name}_verified`, 'false'])
  const changed: Attributes = { ...current, ...Object.fromEntries(unverified), ...change }
  const kept = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== ''))
  checkRequired(schemas, kept)
  return kept
}

const invalid = (message: string) => new AwsError('InvalidParameterException', message)
