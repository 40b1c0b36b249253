/**
 * Shapes of requests: the allowed values of each member, all checked together, with AWS's words for what is wrong. A member without a shape is
 * refused as unsupported, because if it were ignored, the answer would differ from AWS's.
 */
import { AwsError, UnsupportedError } from '../../errors.ts'

/** Reads a value at a path such as `inferenceConfig.maxTokens`, and adds its mistakes to `problems`. */
export interface Shape<T> {
  readonly read: (value: unknown, path: string, problems: string[]) => T
}

export interface Required<T> extends Shape<T> {
  readonly required: true
}

export type Members = Readonly<Record<string, Shape<unknown>>>

type RequiredName<M extends Members> = { [K in keyof M]: M[K] extends Required<unknown> ? K : never }[keyof M]
type Simple<T> = { [K in keyof T]: T[K] }
export type Structure<M extends Members> = Simple<
  { readonly [K in RequiredName<M>]: M[K] extends Shape<infer T> ? T : never } & {
    readonly [K in Exclude<keyof M, RequiredName<M>>]?: M[K] extends Shape<infer T> ? T : never
  }
>
/** The type that a shape reads. */
export type Of<S> = S extends Shape<infer T> ? T : never

/** The errors of a service for invalid input. */
export interface Refusals {
  /** For a value of another type than the member's. */
  readonly serialization: (message: string) => AwsError
  /** For constraints that are not met; the message lists all of them. */
  readonly validation: (message: string) => AwsError
}

export const VALIDATION_EXCEPTIONS: Refusals = {
  serialization: (message) => new AwsError('SerializationException', message),
  validation: (message) => new AwsError('ValidationException', message),
}

/** Reads a request's input, or throws the service's refusal. */
export function read<T>(shape: Shape<T>, input: unknown, refusals: Refusals): T {
  const problems: string[] = []
  let value: T
  try {
    value = shape.read(input, '', problems)
  } catch (error) {
    if (error instanceof Violation) throw refusals.validation(error.message)
    throw error instanceof TypeMismatch ? refusals.serialization(error.message) : error
  }
  if (problems.length === 0) return value
  const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
  throw refusals.validation(`${count} detected: ${problems.join('; ')}`)
}

/** A mistake with its own message, which is reported without the others. */
export class Violation extends Error {}

class TypeMismatch extends Error {
  constructor(path: string, expected: string) {
    super(`Expected ${expected} at '${path || 'the top level'}'.`)
  }
}

export const required = <T>(shape: Shape<T>): Required<T> => ({ ...shape, required: true })

export interface TextLimits {
  readonly min?: number
  readonly max?: number
  readonly pattern?: RegExp
}

export function text({ min, max, pattern }: TextLimits = {}): Shape<string> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') throw new TypeMismatch(path, 'a string')
      const fails = (constraint: string) => problems.push(failed(path, constraint, value))
      if (min !== undefined && value.length < min) fails(`Member must have length greater than or equal to ${min}`)
      if (max !== undefined && value.length > max) fails(`Member must have length less than or equal to ${max}`)
      if (pattern && !pattern.test(value)) fails(`Member must satisfy regular expression pattern: ${pattern.source}`)
      return value
    },
  }
}

/** A text that no error may repeat: passwords and tokens. */
export function secret({ max }: Pick<TextLimits, 'max'> = {}): Shape<string> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') throw new TypeMismatch(path, 'a string')
      if (max !== undefined && value.length > max)
        problems.push(failed(path, `Member must have length less than or equal to ${max}`))
      return value
    },
  }
}

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') throw new TypeMismatch(path, 'a string')
      if (!(values as readonly string[]).includes(value))
        problems.push(failed(path, `Member must satisfy enum value set: [${values.join(', ')}]`, value))
      return value as T
    },
  }
}

export interface NumberLimits {
  readonly min?: number
  readonly max?: number
}

export const integer = (limits: NumberLimits = {}) => numeric('an integer', Number.isInteger, limits)
export const float = (limits: NumberLimits = {}) => numeric('a number', Number.isFinite, limits)

/** An integer in the query protocol, where all values are text. */
export function integerText(limits: NumberLimits = {}): Shape<number> {
  const shape = integer(limits)
  return {
    read: (value, path, problems) =>
      shape.read(typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value, path, problems),
  }
}

function numeric(kind: string, accepts: (value: unknown) => boolean, { min, max }: NumberLimits): Shape<number> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'number' || !accepts(value)) throw new TypeMismatch(path, kind)
      const fails = (constraint: string) => problems.push(failed(path, constraint, String(value)))
      if (min !== undefined && value < min) fails(`Member must have value greater than or equal to ${min}`)
      if (max !== undefined && value > max) fails(`Member must have value less than or equal to ${max}`)
      return value
    },
  }
}

export const boolean: Shape<boolean> = {
  read(value, path) {
    if (typeof value !== 'boolean') throw new TypeMismatch(path, 'true or false')
    return value
  },
}

export function list<T>(member: Shape<T>, { min, max }: NumberLimits = {}): Shape<readonly T[]> {
  return {
    read(value, path, problems) {
      if (!Array.isArray(value)) throw new TypeMismatch(path, 'a list')
      if (min !== undefined && value.length < min)
        problems.push(failed(path, `Member must have length greater than or equal to ${min}`))
      if (max !== undefined && value.length > max)
        problems.push(failed(path, `Member must have length less than or equal to ${max}`))
      return value.map((item, index) => member.read(item, `${path}.${index + 1}.member`, problems))
    },
  }
}

export function map<T>(member: Shape<T>, { min, max }: NumberLimits = {}): Shape<Readonly<Record<string, T>>> {
  return {
    read(value, path, problems) {
      const entries = Object.entries(record(value, path))
      if (min !== undefined && entries.length < min)
        problems.push(failed(path, `Member must have length greater than or equal to ${min}`))
      if (max !== undefined && entries.length > max)
        problems.push(failed(path, `Member must have length less than or equal to ${max}`))
      return Object.fromEntries(entries.map(([key, item]) => [key, member.read(item, `${path}.${key}`, problems)]))
    },
  }
}

/**
 * @param unknown makes the message for a member that is not among these.
 * @default it is refused as unsupported
 */
export function structure<const M extends Members>(
  members: M,
  unknown?: (path: string, name: string) => string,
): Shape<Structure<M>> {
  return {
    read(value, path, problems) {
      const given = record(value, path)
      const under = (name: string) => (path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`)
      for (const name of Object.keys(given))
        if (!Object.hasOwn(members, name) && given[name] !== null) {
          if (unknown) throw new Violation(unknown(dotted(path), name))
          throw new UnsupportedError(`the parameter '${under(name)}'`)
        }
      const result: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(members)) {
        const item = given[name] ?? undefined
        if (item !== undefined) result[name] = member.read(item, under(name), problems)
        else if ('required' in member) problems.push(failed(under(name), 'Member must not be null'))
      }
      return result as Structure<M>
    },
  }
}

/** The members that the stand-in supports. */
type UnionOf<M extends Members> = {
  [K in keyof M]: M[K] extends Shape<infer T> ? ([T] extends [never] ? never : { readonly [P in K]: T }) : never
}[keyof M]

/** Exactly one of these members must be given. `name` is the type's name in AWS's refusal. */
export function union<const M extends Members>(name: string, members: M): Shape<UnionOf<M>> {
  return {
    read(value, path, problems) {
      const [[key, item] = ['', undefined], ...others] = Object.entries(record(value, path)).filter(
        ([, one]) => one !== null,
      )
      const member = Object.hasOwn(members, key) ? members[key] : undefined
      if (!member || others.length > 0) {
        const keys = Object.keys(members).join(', ')
        throw new Violation(`${name} object at ${dotted(path)} must set one of the following keys: ${keys}.`)
      }
      return { [key]: member.read(item, `${path}.${key}`, problems) } as UnionOf<M>
    },
  }
}

/** A member that AWS has, but the stand-in does not support. */
export const unsupported: Shape<never> = {
  read(_value, path) {
    throw new UnsupportedError(`the parameter '${dotted(path)}'`)
  },
}

/** Any JSON. */
export const document: Shape<unknown> = { read: (value) => value }

/** A JSON object. */
export const object: Shape<Readonly<Record<string, unknown>>> = { read: (value, path) => record(value, path) }

/** Bytes in Base64, as they are sent; the result is the text. */
export const blob: Shape<string> = {
  read(value, path, problems) {
    if (typeof value !== 'string' || !BASE64.test(value)) throw new TypeMismatch(path, 'bytes in Base64')
    if (value === '') problems.push(failed(path, 'Member must have length greater than or equal to 1'))
    return value
  },
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Turns `messages.1.member.content.1.member` into `messages.0.content.0`. */
export const dotted = (path: string) => path.replace(/\.(\d+)\.member/g, (_, position) => `.${Number(position) - 1}`)

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeMismatch(path, 'an object')
  return value as Readonly<Record<string, unknown>>
}

const failed = (path: string, constraint: string, value?: string) =>
  `Value ${value === undefined ? '' : `'${value}' `}at '${path}' failed to satisfy constraint: ${constraint}`

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
