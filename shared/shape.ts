/**
 * The allowed form of a simple value, as data. Both a stack's file and a tenant's item are read with it. settings/shapes.ts derives the texts
 * for people. `functions/` may import this file.
 */

export type Shape =
  | { readonly is: 'true or false' }
  | { readonly is: 'whole number'; readonly least: number; readonly most: number }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | Text
  /** Between `least` and `most` different texts. */
  | (Omit<Text, 'is'> & { readonly is: 'list of text'; readonly least: number; readonly most: number })

interface Text {
  readonly is: 'text'
  readonly like: RegExp
  /** The end of the sentence "it is not …". */
  readonly what: string
}

/** The type of a shape's values. */
export type ValueOf<S> = S extends { readonly read: (plain: unknown) => infer V }
  ? V
  : S extends { readonly is: 'true or false' }
    ? boolean
    : S extends { readonly is: 'whole number' }
      ? number
      : S extends { readonly is: 'choice'; readonly of: readonly (infer C)[] }
        ? C
        : S extends { readonly is: 'list of text' }
          ? readonly string[]
          : string

/**
 * @param plain in the form of JSON
 * @throws Error if it does not have this shape
 */
export function readShape(shape: Shape, plain: unknown): unknown {
  if (!fits(shape, plain)) throw new Error(`it is no ${shape.is}, or none that is allowed`)
  return plain
}

function fits(shape: Shape, plain: unknown): boolean {
  switch (shape.is) {
    case 'true or false':
      return typeof plain === 'boolean'
    case 'whole number':
      return Number.isInteger(plain) && Number(plain) >= shape.least && Number(plain) <= shape.most
    case 'choice':
      return typeof plain === 'string' && shape.of.includes(plain)
    case 'text':
      return typeof plain === 'string' && shape.like.test(plain)
    case 'list of text':
      return (
        Array.isArray(plain) &&
        plain.length >= shape.least &&
        plain.length <= shape.most &&
        plain.every((one) => typeof one === 'string' && shape.like.test(one))
      )
  }
}
