/** Roles that can be assumed: declared ones, and those that the organisation has before any stack. */
import { createHash } from 'node:crypto'
import type { LedgerView } from '../../ledger.ts'
import type { Organization, PolicyDocument } from '../../organization.ts'
import type { Surroundings } from '../service.ts'

export interface Role {
  readonly arn: string
  readonly name: string
  readonly account: string
  /** `AROA…`, new when the role is made anew. */
  readonly uniqueId: string
  readonly trust: PolicyDocument
  readonly maxSessionSeconds: number
}

export const DEFAULT_SESSION_SECONDS = 3600

export function findRole(
  { ledger, organization }: Pick<Surroundings, 'ledger' | 'organization'>,
  arn: string,
): Role | undefined {
  return declaredRole(ledger, arn) ?? existingRole(organization, arn)
}

function declaredRole(ledger: LedgerView, arn: string): Role | undefined {
  const declared = ledger.findBy('aws:iam/role:Role', 'arn', arn)
  if (!declared) return undefined
  const { assumeRolePolicy, maxSessionDuration, uniqueId } = declared.outputs
  if (typeof assumeRolePolicy !== 'string') throw new Error(`The declared role ${arn} has no trust policy.`)
  return {
    arn,
    name: arn.slice(arn.lastIndexOf('/') + 1),
    account: declared.account,
    uniqueId: typeof uniqueId === 'string' ? uniqueId : derivedId(arn),
    trust: JSON.parse(assumeRolePolicy) as PolicyDocument,
    maxSessionSeconds: typeof maxSessionDuration === 'number' ? maxSessionDuration : DEFAULT_SESSION_SECONDS,
  }
}

function existingRole({ accounts }: Organization, arn: string): Role | undefined {
  const account = accounts.find(({ id }) => arn.startsWith(`arn:aws:iam::${id}:role/`))
  const name = arn.slice(arn.indexOf('/') + 1)
  const role = account?.roles.find((existing) => existing.name === name)
  if (!account || !role) return undefined
  const { id } = account
  return {
    arn,
    name,
    account: id,
    uniqueId: derivedId(arn),
    trust: role.trust,
    maxSessionSeconds: DEFAULT_SESSION_SECONDS,
  }
}

const derivedId = (arn: string) => `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`
