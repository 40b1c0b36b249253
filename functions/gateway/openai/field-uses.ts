/** How the gateway treats a field of a request, and how the tables express it. */

/** Whatever the field is, `null` is treated as absent. */
export type Use =
  /** Carried to Bedrock, or used in the answer. */
  | 'mapped'
  /** Not carried to Bedrock, and named in `x-genai-ignored` unless its value is one of these, which ask for nothing. */
  | { readonly ignored: readonly unknown[] }
  /** Refused with 400, `param` and this advice, unless its value is one of these, which ask for nothing. */
  | { readonly refused: string; readonly unless: readonly unknown[] }

export const ignored = (...unless: readonly unknown[]): Use => ({ ignored: unless })
export const refused = (advice: string, ...unless: readonly unknown[]): Use => ({ refused: advice, unless })

/** Marks all these fields as mapped. */
export const mapped = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 'mapped'])) as { readonly [name in Name]: 'mapped' }

export type Uses = Readonly<Record<string, Use>>
