/**
 * Content guard rails of a tenant: what its item says of them, and which models take one. Of the infrastructure, `functions/` may
 * import this file: the gateway and the policies must agree about which calls carry a guardrail.
 */

/** The guardrail that every call of the tenant's models carries, in the tenant's account. */
export interface Guardrail {
  readonly id: string
  /** A numbered version, never the draft: a version does not change under those who call. */
  readonly version: string
}

export const GUARDRAIL_ID = /^[a-z0-9]{1,64}$/
export const GUARDRAIL_VERSION = /^[1-9]\d{0,7}$/

/**
 * Models that answer with numbers: AWS applies no guardrail to them, and a call that names one would be refused.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-supported.html (looked up in November 2026)
 */
const EMBEDDING = /(^|\.)(amazon\.titan-embed-|amazon\.nova-2-multimodal-embeddings-|cohere\.embed-)/

/** @param modelId of a model or an inference profile */
export const takesGuardrail = (modelId: string): boolean => !EMBEDDING.test(modelId)
