/** The managed policies of an account: declared ones, and those that exist before any stack. */
import { AwsError } from '../../errors.ts'
import type { LedgerView, Properties } from '../../ledger/ledger.ts'
import { existingPolicy, type Organization } from '../../organization.ts'
import { known, object } from '../../resource/values.ts'
import { POLICY } from './resources/role.ts'

export interface FoundPolicy {
  readonly name: string
  readonly path: string
  /** The document, as text. */
  readonly policy: string
  readonly tags: Properties
}

interface Place {
  readonly account: string
  readonly ledger: LedgerView
  readonly organization: Pick<Organization, 'accounts'>
}

/** @throws AwsError if the account has no policy with this ARN */
export function requirePolicy({ account, ledger, organization }: Place, arn: string): FoundPolicy {
  const declared = ledger.findBy(POLICY, 'arn', arn)
  if (declared?.account === account) {
    const { outputs } = declared
    return {
      name: known(outputs, 'name'),
      path: known(outputs, 'path'),
      policy: known(outputs, 'policy'),
      tags: object(outputs, 'tagsAll') ?? {},
    }
  }
  const existing = arn.includes(`::${account}:`) ? existingPolicy(organization, arn) : undefined
  if (existing) return { name: existing.name, path: '/', policy: JSON.stringify(existing.policy), tags: {} }
  throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404)
}
