/** Typed access to a resource's inputs and outputs, and answers that most rows share. */

import { AwsError } from '../errors.ts'
import { isObject } from '../ledger/is-object.ts'
import type { Declared, Properties, Value } from '../ledger/ledger.ts'
import { byId } from '../ledger/ledger-index.ts'
import type { Situation } from './resource-type.ts'

export const text = (from: Properties, name: string): string | undefined => {
  const value = from[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A text that must exist, because the row requires it or has answered it. */
export function known(from: Properties, name: string): string {
  const value = text(from, name)
  if (value === undefined) throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`)
  return value
}

export const number = (from: Properties, name: string): number | undefined => {
  const value = from[name]
  return typeof value === 'number' ? value : undefined
}

export const flag = (from: Properties, name: string): boolean | undefined => {
  const value = from[name]
  return typeof value === 'boolean' ? value : undefined
}

export const texts = (from: Properties, name: string): readonly string[] => {
  const value = from[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** An object, or undefined if there is none. */
export const object = (from: Properties, name: string): Properties | undefined => asObject(from[name])

/** A list of objects. */
export const objects = (from: Properties, name: string): readonly Properties[] => {
  const value = from[name]
  return isList(value) ? value.map(asObject).filter((item) => item !== undefined) : []
}

export function asObject(value: Value | undefined): Properties | undefined {
  return isObject(value) ? value : undefined
}

const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)

/** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`, with the situation's region and account. */
export const arn = (where: Pick<Situation, 'account' | 'region'>, service: string, resource: string): string =>
  `arn:aws:${service}:${where.region}:${where.account}:${resource}`

/** A resource of the caller's own account and region, by id. For the caller, another account's resource does not exist. */
export function own(
  where: Pick<Situation, 'account' | 'region' | 'ledger'>,
  type: string,
  id: string,
): Declared | undefined {
  return where.ledger
    .lookUp(byId(type), id)
    .find(({ account, region }) => account === where.account && region === where.region)
}

/** As {@link own}, but throws AWS's refusal if there is none. */
export function requireOwn(
  where: Pick<Situation, 'account' | 'region' | 'ledger'>,
  type: string,
  id: string,
  code: string,
  message: string,
): Declared {
  const found = own(where, type, id)
  if (!found) throw new AwsError(code, message)
  return found
}

/**
 * The other resources of a type in the same account and region, without the one that is being updated.
 * @param output selects those with this value of an output
 */
export function others(
  where: Pick<Situation, 'account' | 'region' | 'ledger' | 'urn'>,
  type: string,
  output?: readonly [name: string, value: string | number],
): readonly Declared[] {
  const found = output ? where.ledger.where(type, ...output) : where.ledger.all(type)
  return found.filter(
    ({ urn, account, region }) => urn !== where.urn && account === where.account && region === where.region,
  )
}

/** A stable token in the form of a UUID. */
export const uuid = (situation: Pick<Situation, 'stableToken'>, salt?: string): string =>
  situation.stableToken(32, salt).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The given name, or one that Pulumi generates: the logical name and seven random digits. */
export const autoName = (situation: Situation, property = 'name', separator = '-'): string =>
  text(situation.inputs, property) ?? `${situation.name}${separator}${situation.stableToken(7, property)}`
