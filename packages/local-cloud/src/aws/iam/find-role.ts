/** The roles of an account: declared ones, those that the organisation has before any stack, and service-linked ones. */
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import type { Organization } from '../../organization.ts'
import { known, object, text } from '../../resource/values.ts'
import { ROLE } from './resources/role.ts'

export interface FoundRole {
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly uniqueId: string
  /** The trust policy, as text. */
  readonly trust: string
  readonly tags: Properties
}

interface Place {
  readonly account: string
  readonly ledger: LedgerView
  readonly organization: Pick<Organization, 'accounts'>
}

/** In the order of their names, as IAM lists them. */
export function rolesOf(place: Place): readonly FoundRole[] {
  const there = accountOf(place)
  const names = [
    ...place.ledger
      .all(ROLE)
      .filter(({ account }) => account === place.account)
      .map(({ outputs }) => known(outputs, 'name')),
    ...(there?.roles ?? []).map((one) => one.name),
    ...Object.values(there?.serviceLinkedRoles ?? {}),
  ]
  return names.sort().flatMap((name) => findRole(place, name) ?? [])
}

export function findRole(place: Place, name: string): FoundRole | undefined {
  const { account, ledger } = place
  const declared = ledger.where(ROLE, 'name', name).find((one) => one.account === account)
  if (declared) return fromLedger(declared, account, name)
  const there = accountOf(place)
  const existing = there?.roles.find((one) => one.name === name)
  if (existing) return undeclared(account, '/', name, existing.trust)
  const [service] = Object.entries(there?.serviceLinkedRoles ?? {}).find(([, role]) => role === name) ?? []
  return service === undefined
    ? undefined
    : undeclared(account, `/aws-service-role/${service}/`, name, trusting(service))
}

const accountOf = ({ account, organization }: Place) => organization.accounts.find(({ id }) => id === account)

const undeclared = (account: string, path: string, name: string, trust: object): FoundRole => ({
  name,
  path,
  arn: arnOf(account, path, name),
  uniqueId: UNKNOWN_ID,
  trust: JSON.stringify(trust),
  tags: {},
})

function fromLedger({ outputs }: Declared, account: string, name: string): FoundRole {
  const path = text(outputs, 'path') ?? '/'
  return {
    name,
    path,
    arn: arnOf(account, path, name),
    uniqueId: text(outputs, 'uniqueId') ?? UNKNOWN_ID,
    trust: known(outputs, 'assumeRolePolicy'),
    tags: object(outputs, 'tagsAll') ?? {},
  }
}

const UNKNOWN_ID = 'AROAEXISTING0000'

const arnOf = (account: string, path: string, name: string) => `arn:aws:iam::${account}:role${path}${name}`

const trusting = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
})
