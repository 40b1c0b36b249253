/** One of a tenant's models, as its callers may ask for it. */
export interface Model {
  /** The tenant's name for it. */
  readonly name: string
  /** Bedrock's id of a model or inference profile. */
  readonly id: string
  /** Bedrock's ids of those that are asked in this order when it has no capacity for the first. */
  readonly fallbacks?: readonly string[]
  /** The tenant's own default for the tokens of an answer. */
  readonly maxTokens?: number
}
