/** Whether a statement's `Principal` element, in a resource policy, names the caller. */
import type { PolicyStatement } from '../organization.ts'

/** The caller; `'anonymous'` for an unsigned request. */
export type Asker = { readonly arn: string; readonly roleArn: string; readonly account: string } | 'anonymous'

/**
 * How closely a statement names the caller. `account`: the account can pass the permission on by its own policies. `role`: it grants, within the
 * role's boundary and the session's policies. `session`: it grants beyond these.
 */
export type PrincipalMatch = 'none' | 'account' | 'role' | 'session'

const CLOSENESS: readonly PrincipalMatch[] = ['none', 'account', 'role', 'session']

export function matchPrincipal(statement: PolicyStatement, asker: Asker): PrincipalMatch {
  const { Principal: principal } = statement
  if (principal === undefined) return 'none'
  if (principal === '*') return 'session'
  // Service, Federated and CanonicalUser never name a session that exists here.
  const named = [principal.AWS ?? []].flat()
  const matches = named.map((name) => matchName(name, asker))
  return matches.reduce((best, match) => (CLOSENESS.indexOf(match) > CLOSENESS.indexOf(best) ? match : best), 'none')
}

function matchName(name: string, asker: Asker): PrincipalMatch {
  if (name === '*') return 'session'
  if (asker === 'anonymous') return 'none'
  if (name === asker.account || name === `arn:aws:iam::${asker.account}:root`) return 'account'
  if (name === asker.arn) return 'session'
  return name === asker.roleArn ? 'role' : 'none'
}
