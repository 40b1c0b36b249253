/** Reads numbers in a body, with errors that say what is allowed. Schemas of whole bodies are in validate.ts. */
import { GatewayError } from './errors.ts'

interface Range {
  readonly minimum: number
  readonly maximum: number
}

export function optionalNumber(value: unknown, name: string, { minimum, maximum }: Range): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number') {
    throw new GatewayError('field_invalid', `The field "${name}" must be a number, not ${typeName(value)}.`)
  }
  if (value >= minimum && value <= maximum) return value
  throw new GatewayError(
    'number_out_of_range',
    `The field "${name}" is ${value}; allowed are ${minimum} to ${maximum}.`,
  )
}

export function optionalWholeNumber(value: unknown, name: string, range: Range): number | undefined {
  const number = optionalNumber(value, name, range)
  if (number === undefined || Number.isInteger(number)) return number
  throw new GatewayError('number_out_of_range', `The field "${name}" is ${number}; only whole numbers are allowed.`)
}

export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
