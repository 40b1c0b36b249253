/** A name in `models` that is a list: the first is asked, and the next ones in their order while Bedrock has no capacity for it. */

/** Names → first ids, and of those that have any, the ids after them. */
export interface ModelChains {
  readonly models: Readonly<Record<string, string>>
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
}

/** As many as a request is tried: each is asked once. */
export const MOST_IN_CHAIN = 3

/** Every id with its name, in the order in which they are asked. */
export const chainEntries = ({
  models,
  fallbacks = {},
}: ModelChains): readonly (readonly [name: string, id: string])[] =>
  Object.entries(models).flatMap(([name, id]) =>
    [id, ...(Object.hasOwn(fallbacks, name) ? (fallbacks[name] ?? []) : [])].map((one) => [name, one] as const),
  )

/** Every id once: what policies allow, what prices are looked up for. */
export const everyModelId = (chains: ModelChains): readonly string[] => [
  ...new Set(chainEntries(chains).map(([, id]) => id)),
]
