/** Whether a role's trust policy lets an AWS service assume the role. */
import { UnsupportedError } from '../errors.ts'
import type { PolicyStatement } from '../organization.ts'
import { arnLike } from './arn-like.ts'
import type { Principal } from './principals.ts'

/** On whose behalf the service acts: the condition keys that it sends. */
export interface ActsFor {
  readonly 'aws:SourceAccount'?: string
  readonly 'aws:SourceArn'?: string
}

/** @throws UnsupportedError for a condition on another key, or with another operator */
export function trustsService(
  { arn, trust }: Pick<Principal, 'arn' | 'trust'>,
  service: string,
  actsFor: ActsFor,
): boolean {
  const applying = trust.Statement.filter(
    (one) => names(one, service) && meets(one, actsFor, `${service} in the trust policy of ${arn}`),
  )
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny')
}

function names({ Principal, Action }: PolicyStatement, service: string): boolean {
  const actions = [Action ?? []].flat()
  if (!actions.some((action) => action === 'sts:AssumeRole' || action === 'sts:*' || action === '*')) return false
  if (Principal === undefined) return false
  return Principal === '*' || [Principal.Service ?? []].flat().includes(service)
}

const OPERATORS: Readonly<Record<string, (wanted: string, got: string) => boolean>> = {
  StringEquals: (wanted, got) => wanted === got,
  ArnEquals: arnLike,
  ArnLike: arnLike,
}

function meets({ Condition = {} }: PolicyStatement, actsFor: ActsFor, where: string): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const matches = OPERATORS[operator]
      const got = actsFor[key as keyof ActsFor]
      if (!matches || got === undefined) throw new UnsupportedError(`conditions (${operator} ${key}) on ${where}`)
      return [wanted].flat().some((one) => matches(one, got))
    }),
  )
}
