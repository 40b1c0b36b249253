/**
 * A name in `models` that stands for a list: the first model is called, and the next ones in their order while Bedrock has no capacity for it.
 */

/** For each name its first id, and the following ids, if there are any. */
export interface ModelChains {
  readonly models: Readonly<Record<string, string>>
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
}

/** As many as a request has attempts: each model is asked once. */
export const MOST_IN_CHAIN = 3

/** Every id with its name, in the order in which they are asked. */
export const chainEntries = ({
  models,
  fallbacks = {},
}: ModelChains): readonly (readonly [name: string, id: string])[] =>
  Object.entries(models).flatMap(([name, id]) =>
    [id, ...(Object.hasOwn(fallbacks, name) ? (fallbacks[name] ?? []) : [])].map((one) => [name, one] as const),
  )

/** Every id once, for policies and for looking up prices. */
export const everyModelId = (chains: ModelChains): readonly string[] => [
  ...new Set(chainEntries(chains).map(([, id]) => id)),
]
