/** `item = 'configuration'` of a tenant, owned by its stack: where its calls go, and what its settings tell the gateway. */
import type { ModelPrice } from './cost.ts'
import type { Told } from './gateway-settings.ts'
import type { Guardrail } from './guardrail.ts'

/** What the tenant's stack makes, looks up and works out. */
export interface TenantFacts {
  readonly tenantId: string
  readonly item: 'configuration'
  /** The tenant's AWS account, 12 digits. */
  readonly account: string
  /** The names that the tenant's callers use → Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  /** By the name in `models`: asked in this order when Bedrock has no capacity for the one before. */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  /** Tokens of an answer to a caller of OpenAI's API who names no number, by the name in `models`. @default 8,192, or the model's maximum */
  readonly maxTokens?: Readonly<Record<string, number>>
  /** What the tenant's models cost, by the id as it stands in `models`; a model whose price is not known has none. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** ISO date: when the oldest of `prices` was looked up. */
  readonly pricesAsOf?: string
  /** Role in the tenant's account that may invoke its models. */
  readonly roleArn: string
  /** External id that the role's trust policy requires. */
  readonly externalId: string
  /** Regional host name of the spoke's `bedrock-runtime` endpoint, without scheme. */
  readonly endpoint: string
  /** Carried by every call of a model that takes one. Absent: none is, or whichever the caller of Bedrock's own paths names. */
  readonly guardrail?: Guardrail
}

export interface TenantConfiguration extends TenantFacts, Told {
  /** One of the names in `models`. */
  readonly defaultModel: string
}
