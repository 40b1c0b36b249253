/** Credentials in the form of `aws.Provider`'s arguments, as plain data. */
import type { Credentials } from './choices.ts'

/** One role in a chain: each is assumed with the credentials of the one before. */
export interface AssumedRole {
  readonly roleArn: string
  readonly sessionName: string
  /** Session tags. */
  readonly tags?: Readonly<Record<string, string>>
}

export interface CredentialArguments {
  readonly profile?: string
  readonly assumeRoles?: AssumedRole[]
}

/**
 * @param sessionName the name in the account's audit trail
 * @param then further roles to assume
 */
export function credentialArguments(
  credentials: Credentials,
  sessionName: string,
  ...then: readonly AssumedRole[]
): CredentialArguments {
  const { profile } = credentials.kind === 'ambient' ? {} : credentials
  const first = credentials.kind === 'role' ? [{ roleArn: credentials.roleArn, sessionName }] : []
  const assumeRoles = [...first, ...then]
  return { ...(profile !== undefined && { profile }), ...(assumeRoles.length > 0 && { assumeRoles }) }
}
