/**
 * Checks values against AWS's own service models (`value-constraints.json`, generated: tests/references/constraints) and, for tags, against the
 * rules that all services share. This check comes last, because a row's own refusals have better words.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../errors.ts'
import { isObject } from '../ledger/is-object.ts'
import type { Properties, Value } from '../ledger/ledger.ts'

export interface Constraint {
  /** The member of AWS's request: `iam:CreateRole.RoleName`. */
  readonly of: string
  /** The smallest value of a number, or the smallest length of a text or a list. */
  readonly min?: number
  readonly max?: number
  /** For the whole text. */
  readonly pattern?: string
  readonly enum?: readonly string[]
}

type Constraints = Readonly<Record<string, Readonly<Record<string, readonly Constraint[]>>>>

export const CONSTRAINTS = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'value-constraints.json'), 'utf8')) as { types: Constraints }
).types

/** Every service's, as "Tagging AWS resources" has them; the models of some services do not say so. */
const TAGS = { most: 50, key: 128, value: 256, reserved: /^aws:/i } as const

/** The error code for an invalid value, by service. */
const CODES: Readonly<Record<string, string>> = {
  cloudfront: 'InvalidArgument',
  'cognito-idp': 'InvalidParameterException',
  cloudwatch: 'ValidationError',
  ec2: 'InvalidParameterValue',
  ecr: 'InvalidParameterException',
  ecs: 'InvalidParameterException',
  elbv2: 'ValidationError',
  iam: 'ValidationError',
  logs: 'InvalidParameterException',
  ram: 'InvalidParameterException',
  route53: 'InvalidInput',
  s3: 'InvalidArgument',
  wafv2: 'WAFInvalidParameterException',
}
const codeOf = (service: string) => CODES[service] ?? 'ValidationException'

/** @throws AwsError for the first value that AWS's model of the request does not allow */
export function checkValues(type: string, inputs: Properties): void {
  for (const [path, constraints] of Object.entries(CONSTRAINTS[type] ?? {}))
    for (const value of valuesAt(inputs, path.split('.')))
      for (const constraint of constraints) {
        const problem = problemOf(value, constraint)
        if (problem !== undefined) throw refused(constraint, value, problem)
      }
  const { tags } = inputs
  if (isObject(tags)) checkTags(type, tags)
}

function refused({ of }: Constraint, value: Value, problem: string): AwsError {
  const [service = '', operation = ''] = of.split('.', 1)[0]?.split(':') ?? []
  const member = of.slice(of.indexOf('.') + 1)
  const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}`
  const shown = typeof value === 'string' ? value.slice(0, 256) : JSON.stringify(value).slice(0, 256)
  return new AwsError(
    codeOf(service),
    `1 validation error detected: Value '${shown}' at '${at}' of ${operation} failed to satisfy constraint: Member must ${problem}`,
  )
}

export function problemOf(value: Value, { min, max, pattern, enum: allowed }: Constraint): string | undefined {
  if (typeof value === 'number') {
    if (min !== undefined && value < min) return `have value greater than or equal to ${min}`
    if (max !== undefined && value > max) return `have value less than or equal to ${max}`
    return undefined
  }
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length
  if (min !== undefined && length < min) return `have length greater than or equal to ${min}`
  if (max !== undefined && length > max) return `have length less than or equal to ${max}`
  if (typeof value !== 'string') return undefined
  if (allowed && !allowed.includes(value)) return `satisfy enum value set: [${allowed.join(', ')}]`
  if (pattern !== undefined && !matcher(pattern).test(value)) return `satisfy regular expression pattern: ${pattern}`
  return undefined
}

const matchers = new Map<string, RegExp>()

/** A character class of Java that JavaScript lacks: printable ASCII. */
const PRINT = /\\p\{Print\}/g

/** AWS's patterns are Java's. Those that occur here are valid in JavaScript too, except for that class. */
export function matcher(pattern: string): RegExp {
  const known = matchers.get(pattern)
  if (known) return known
  const text = pattern.replace(PRINT, '[\\x20-\\x7E]').replace(/^\^/, '').replace(/\$$/, '')
  const made = new RegExp(`^(?:${text})$`, 'u')
  matchers.set(pattern, made)
  return made
}

/** All values at an input's path: `actions.type` in a list of actions, `tags{key}`, `names[]`. */
export function valuesAt(value: Value | undefined, [part, ...rest]: readonly string[]): readonly Value[] {
  if (value === undefined || value === null || typeof value === 'boolean') return []
  if (part === undefined) return [value]
  if (Array.isArray(value)) return value.flatMap((item: Value) => valuesAt(item, [part, ...rest]))
  const inner = isObject(value) ? value[part.replace(/\[\]|\{key\}|\{value\}/, '')] : undefined
  if (part.endsWith('{key}')) return isObject(inner) ? Object.keys(inner) : []
  if (part.endsWith('{value}')) return isObject(inner) ? Object.values(inner) : []
  if (part.endsWith('[]')) return Array.isArray(inner) ? inner.flatMap((item: Value) => valuesAt(item, rest)) : []
  return valuesAt(inner, rest)
}

function checkTags(type: string, tags: Properties): void {
  const invalid = (message: string) =>
    new AwsError(type.includes('ec2') ? 'InvalidParameterValue' : 'ValidationError', message)
  const entries = Object.entries(tags)
  if (entries.length > TAGS.most) throw invalid(`A resource has at most ${TAGS.most} tags, got ${entries.length}.`)
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > TAGS.key)
      throw invalid(`A tag's key has 1 to ${TAGS.key} characters: '${key.slice(0, 40)}…'`)
    if (TAGS.reserved.test(key)) throw invalid(`Tag keys starting with 'aws:' are reserved for system use: '${key}'`)
    if (typeof value === 'string' && value.length > TAGS.value)
      throw invalid(`The value of the tag '${key}' has more than ${TAGS.value} characters.`)
  }
}
