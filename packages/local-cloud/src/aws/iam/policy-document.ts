/**
 * Checks the form of policy documents, as IAM does when one is saved. What a policy allows is decided in
 * packages/local-cloud/src/iam/authorize.ts.
 */
import { AwsError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { asObject } from '../../resource/values.ts'

const VERSIONS = ['2012-10-17', '2008-10-17']
const DOCUMENT_KEYS = ['Version', 'Id', 'Statement']
const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]

/**
 * The statements of a policy.
 * @throws AwsError with the service's own code for a malformed policy.
 */
export function parsePolicy(policy: string, code = 'MalformedPolicyDocument'): readonly Properties[] {
  let document: Value
  try {
    document = JSON.parse(policy) as Value
  } catch {
    throw new AwsError(code, 'This policy contains invalid Json')
  }
  const fields = asObject(document)
  if (!fields) throw new AwsError(code, 'Syntax errors in policy.')
  refuseUnknown(fields, DOCUMENT_KEYS, code)
  if (fields.Version !== undefined && !VERSIONS.includes(String(fields.Version)))
    throw new AwsError(code, `Syntax error in policy: Version must be ${VERSIONS.join(' or ')}.`)
  const list = Array.isArray(fields.Statement) ? fields.Statement : [fields.Statement]
  const statements = list.map((statement: Value | undefined) => asObject(statement))
  return statements.map((statement) => {
    if (!statement) throw new AwsError(code, 'Syntax errors in policy.')
    refuseStatement(statement, code)
    return statement
  })
}

function refuseStatement(statement: Properties, code: string): void {
  refuseUnknown(statement, STATEMENT_KEYS, code)
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw new AwsError(code, 'Syntax error in policy: Effect must be Allow or Deny.')
  if ((statement.Action === undefined) === (statement.NotAction === undefined))
    throw new AwsError(code, 'Policy statement must contain actions.')
  for (const action of listed(statement.Action ?? statement.NotAction))
    if (action !== '*' && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/i.test(action))
      throw new AwsError(
        code,
        `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. Got ${action}.`,
      )
  for (const resource of listed(statement.Resource ?? statement.NotResource))
    if (resource !== '*' && !resource.startsWith('arn:'))
      throw new AwsError(code, `Resource ${resource} must be in ARN format or "*".`)
  if (statement.Condition !== undefined && !asObject(statement.Condition))
    throw new AwsError(code, 'Syntax errors in policy.')
}

/**
 * Checks identity policies, whose statements must name resources.
 * @throws AwsError if a statement names no resource, or names a principal.
 */
export function refuseIdentityPolicy(statements: readonly Properties[]): void {
  for (const { Resource, NotResource, Principal, NotPrincipal } of statements) {
    if ((Resource === undefined) === (NotResource === undefined))
      throw new AwsError('MalformedPolicyDocument', 'Policy statement must contain resources.')
    if (Principal !== undefined || NotPrincipal !== undefined)
      throw new AwsError('MalformedPolicyDocument', 'Policy document should not specify a principal.')
  }
}

function refuseUnknown(fields: Properties, allowed: readonly string[], code: string): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name))
  if (unknown !== undefined)
    throw new AwsError(code, `Syntax error in policy: ${unknown} is not an element of a policy.`)
}

/** A text or a list of texts, always as a list. */
export function listed(value: Value | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.filter((item) => typeof item === 'string')
}
