/** Whom a statement of a resource policy names: IAM's `Principal` element against who asks. */
import type { PolicyStatement } from '../organization.ts'

/** Who asks, `'anonymous'` for an unsigned request. */
export type Asker = { readonly arn: string; readonly roleArn: string; readonly account: string } | 'anonymous'

/**
 * How closely a statement names who asks. `account`: the account may hand the permission on by its own policies.
 * `role` grants, but within the role's boundary and the session's policies; `session` grants beyond them.
 */
export type PrincipalMatch = 'none' | 'account' | 'role' | 'session'

const CLOSENESS: readonly PrincipalMatch[] = ['none', 'account', 'role', 'session']

export function matchPrincipal(statement: PolicyStatement, asker: Asker): PrincipalMatch {
  const { Principal: principal } = statement
  if (principal === undefined) return 'none'
  if (principal === '*') return 'session'
  // Service, Federated and CanonicalUser name none of our sessions.
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
