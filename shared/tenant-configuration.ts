/** A tenant's item `configuration`, which its stack writes: where its calls go, and the settings that the gateway gets. */
import type { ModelPrice } from './cost.ts'
import type { Told } from './gateway-settings.ts'
import type { Guardrail } from './guardrail.ts'

/** Values that the tenant's stack makes, looks up or computes. */
export interface TenantFacts {
  readonly tenantId: string
  readonly item: 'configuration'
  /** The tenant's AWS account, 12 digits. */
  readonly account: string
  /** The names that the tenant's callers use, each with a Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  /** By the name in `models`: the ids that are called, in this order, when Bedrock has no capacity for the one before. */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  /**
   * The most tokens of an answer for callers of OpenAI's API who set no number, by the name in `models`.
   * @default 8,192, or the model's maximum
   */
  readonly maxTokens?: Readonly<Record<string, number>>
  /** The prices of the tenant's models, by the id in `models`; a model whose price is not known has none. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** The ISO date on which the oldest of `prices` was looked up. */
  readonly pricesAsOf?: string
  /** The role in the tenant's account that may invoke its models. */
  readonly roleArn: string
  /** The external id that the role's trust policy requires. */
  readonly externalId: string
  /** The regional host name of the model endpoint, without scheme. */
  readonly endpoint: string
  /** The guardrail of every call of a model that accepts one. Absent: calls have none, or the one that a caller of Bedrock's own paths names. */
  readonly guardrail?: Guardrail
}

export interface TenantConfiguration extends TenantFacts, Told {
  /** One of the names in `models`. */
  readonly defaultModel: string
}
