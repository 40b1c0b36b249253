/** One of a tenant's models, as callers may ask for it. */
export interface Model {
  /** The tenant's name for it. */
  readonly name: string
  /** Bedrock's id of a model or inference profile. */
  readonly id: string
  /** Bedrock's ids of the models that are asked, in this order, when Bedrock has no capacity for the first. */
  readonly fallbacks?: readonly string[]
  /** The tenant's own default for the number of tokens of an answer. */
  readonly maxTokens?: number
}
