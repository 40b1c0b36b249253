/** Settings with a simple shape: their description and their reader are derived from the shape. */
import type { Shape, ValueOf } from '../shape.ts'
import type { Setting } from './setting.ts'
import { integerIn, listOf, matching, oneOf, trueOrFalse } from './values.ts'

/** What has to be said besides the shape. */
export interface Said<V> {
  readonly meaning: string
  /** `required`, or the value if nothing is set. */
  readonly fallback: V | 'required'
  /** Replaces the shape's text about allowed values. */
  readonly allowed?: string
}

/** @example simple({ is: 'whole number', least: 1, most: 9 }, { meaning: 'Days that …', fallback: 5 }) */
export function simple<const S extends Shape>(shape: S, said: Said<undefined>): Setting<ValueOf<S> | undefined>
export function simple<const S extends Shape>(shape: S, said: Said<ValueOf<S>>): Setting<ValueOf<S>>
export function simple(shape: Shape, { meaning, fallback, allowed }: Said<unknown>): Setting<unknown> {
  const told = describe(shape)
  return {
    ...told,
    meaning,
    allowed: allowed ?? told.allowed,
    fallback: fallback === 'required' ? fallback : defaultOf(fallback),
  }
}

/** @param value of a simple shape, or `undefined` for no default */
export const defaultOf = (value: unknown): { readonly value: unknown; readonly text: string } => ({
  value,
  text: value === undefined ? 'none' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``,
})

type Description = Pick<Setting<unknown>, 'type' | 'allowed' | 'placeholder' | 'entries' | 'parse'>

/** The description of every setting with this shape. */
export function describe(shape: Shape): Description {
  switch (shape.is) {
    case 'true or false':
      return { type: shape.is, allowed: 'true or false.', placeholder: '{true or false}', parse: trueOrFalse }
    case 'whole number': {
      const { least, most } = shape
      return { type: shape.is, allowed: `${least} to ${most}.`, placeholder: '{NUMBER}', parse: integerIn(least, most) }
    }
    case 'choice': {
      const type = enumerated(shape.of.map((one) => `\`${one}\``))
      return { type, allowed: `${enumerated(shape.of)}.`, placeholder: '{CHOICE}', parse: oneOf(shape.of) }
    }
    case 'text': {
      const { like, what } = shape
      return { type: shape.is, allowed: `${what}.`, placeholder: '{TEXT}', parse: matching(like, what) }
    }
    case 'list of text': {
      const { like, what, least, most } = shape
      const allowed = `${least} to ${most} different ones, each ${what}.`
      const parse = listOf(matching(like, what), least, most)
      return { type: shape.is, allowed, placeholder: '{TEXT}', entries: 'list', parse }
    }
  }
}

/** Joins choices: `a, b or c`. */
const enumerated = (choices: readonly string[]) =>
  choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
