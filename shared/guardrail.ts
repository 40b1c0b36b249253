/**
 * A tenant's content guardrail: its form in the tenant's item, and which models accept one. `functions/` may import this file, because the
 * gateway and the policies must agree about which calls carry a guardrail.
 */

/** The guardrail that every call of the tenant's models carries, in the tenant's account. */
export interface Guardrail {
  readonly id: string
  /** A numbered version, never the draft: a version does not change while it is in use. */
  readonly version: string
}

export const GUARDRAIL_ID = /^[a-z0-9]{1,64}$/
export const GUARDRAIL_VERSION = /^[1-9]\d{0,7}$/

/**
 * Models that answer with vectors. AWS applies no guardrail to them, and refuses a call that names one.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-supported.html (looked up in November 2026)
 */
const EMBEDDING = /(^|\.)(amazon\.titan-embed-|amazon\.nova-2-multimodal-embeddings-|cohere\.embed-)/

/** @param modelId a model's or an inference profile's id */
export const takesGuardrail = (modelId: string): boolean => !EMBEDDING.test(modelId)
