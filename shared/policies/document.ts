/** IAM policy documents as plain data, and the only function that turns them into text. */

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly NotResource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** AWS's limits for policies, in characters. White space counts for endpoint policies only; these texts contain hardly any. */
export const POLICY_LIMITS = {
  /** For all inline policies of one role together. */
  inline: 10_240,
  /** For an inline policy that is replaced by making the new one first: for a while there are two. */
  replacedInline: 5_120,
  /** For one managed policy. */
  managed: 6_144,
  /** For one trust policy, by default. */
  trust: 2_048,
  /** For one service control policy, white space included; 5,120 until May 2026. */
  serviceControl: 10_240,
  /** For one VPC endpoint policy; AWS does not raise it. */
  endpoint: 20_480,
} as const

export type PolicyKind = keyof typeof POLICY_LIMITS

export const policy = (...statements: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
})

/**
 * The text of a policy.
 * @param subject named in the error: `the endpoint policy of tenant1`
 * @throws Error if it is longer than AWS allows for its kind
 */
export function policyText(kind: PolicyKind, subject: string, document: PolicyDocument, remedy: string): string {
  const text = JSON.stringify(document)
  const limit = POLICY_LIMITS[kind]
  if (text.length <= limit) return text
  throw new Error(`${capitalised(subject)} has ${text.length} characters. AWS allows ${limit}. ${remedy}`)
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
