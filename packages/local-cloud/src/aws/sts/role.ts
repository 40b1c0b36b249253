/** Roles that can be assumed: declared ones, and those that the organisation has before any stack is deployed. */
import { createHash } from 'node:crypto'
import { createPrincipals } from '../../iam/principals.ts'
import type { PolicyDocument } from '../../organization.ts'
import type { Surroundings } from '../../wire/service.ts'

export interface Role {
  readonly arn: string
  readonly name: string
  readonly account: string
  /** `AROA…`; a role that is deleted and made again gets another one. */
  readonly uniqueId: string
  readonly trust: PolicyDocument
}

export type FindRole = (arn: string) => Role | undefined

export function createFindRole({ ledger, organization }: Pick<Surroundings, 'ledger' | 'organization'>): FindRole {
  const findPrincipal = createPrincipals(ledger, organization)
  return (arn) => {
    const principal = findPrincipal(arn)
    if (!principal) return undefined
    const declared = ledger.findBy('aws:iam/role:Role', 'arn', arn)?.outputs.uniqueId
    const uniqueId = typeof declared === 'string' ? declared : derivedId(arn)
    return {
      arn,
      name: arn.slice(arn.lastIndexOf('/') + 1),
      account: principal.account,
      uniqueId,
      trust: principal.trust,
    }
  }
}

const derivedId = (arn: string) => `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`
