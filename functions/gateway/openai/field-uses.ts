/** What becomes of a field of a request, and how the tables say it. */

/** `null` asks for nothing, whatever the field. */
export type Use =
  /** Carried to Bedrock, or answered. */
  | 'mapped'
  /** Not carried and named in `x-genai-ignored`, but for values that ask for nothing. */
  | { readonly ignored: readonly unknown[] }
  /** 400 with `param` and this advice, but for values that ask for nothing. */
  | { readonly refused: string; readonly unless: readonly unknown[] }

export const ignored = (...unless: readonly unknown[]): Use => ({ ignored: unless })
export const refused = (advice: string, ...unless: readonly unknown[]): Use => ({ refused: advice, unless })

/** Fields that are all mapped. */
export const mapped = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, 'mapped'])) as { readonly [name in Name]: 'mapped' }

export type Uses = Readonly<Record<string, Use>>
