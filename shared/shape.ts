/**
 * What a simple value of a setting may be, said once as data: a stack's file is read by it, and so is the tenant's item. What
 * people are told about it is made in settings/shapes.ts. `functions/` may import this file.
 */

export type Shape =
  | { readonly is: 'true or false' }
  | { readonly is: 'whole number'; readonly least: number; readonly most: number }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  | Text
  /** Between `least` and `most` different ones. */
  | (Omit<Text, 'is'> & { readonly is: 'list of text'; readonly least: number; readonly most: number })

interface Text {
  readonly is: 'text'
  readonly like: RegExp
  /** Ends the sentence "it is not …". */
  readonly what: string
}

/** The values of a shape. */
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

/** @param plain as JSON has it. @throws Error when it is of another shape */
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
