/**
 * The rules for a VPC endpoint's policy, which are narrower than IAM's language (VPC user guide, "Control access to VPC endpoints using endpoint
 * policies", considerations).
 */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { asObject } from '../../resource/values.ts'
import { listed, parsePolicy } from '../iam/policy-document.ts'

/** The most characters of an endpoint policy, white space included. AWS does not raise this limit. */
const POLICY_LIMIT = 20_480

const invalid = (message: string) => new AwsError('InvalidPolicyDocument', message)

/** @throws AwsError for what AWS refuses, UnsupportedError for what AWS does not document */
export function requireEndpointPolicy(policy: string): void {
  const statements = parsePolicy(policy, 'InvalidPolicyDocument')
  if (policy.length > POLICY_LIMIT)
    throw invalid(`The policy has ${policy.length} characters, at most ${POLICY_LIMIT} are allowed.`)
  for (const statement of statements) {
    // AWS does not document whether policy variables are replaced in endpoint policies. If they are not, a condition would refuse everybody, or
    // nobody.
    const variable = /\$\{(aws|saml|sts|ec2):[^}]*\}/i.exec(JSON.stringify(statement))?.[0]
    if (variable !== undefined) throw new UnsupportedError(`the policy variable ${variable} in an endpoint policy`)
    for (const name of ['Resource', 'NotResource']) for (const arn of listed(statement[name])) requireAccount(arn)
    requireConditions(asObject(statement.Condition) ?? {})
  }
}

/** Condition keys whose values AWS generates. */
const GENERATED = /^aws:(PrincipalAccount|PrincipalOrgID|ResourceAccount|ResourceOrgID|SourceAccount|SourceVpce?)$/i

function requireConditions(conditions: Properties): void {
  for (const [operator, keys] of Object.entries(conditions))
    for (const [key, given] of Object.entries(asObject(keys) ?? {}))
      for (const value of listed(given)) {
        if (GENERATED.test(key) && (/[*?]/.test(value) || /Numeric/.test(operator)))
          throw invalid(`The condition key ${key} takes no wildcard characters, got "${value}".`)
        if (/String(Not)?Like/.test(operator)) requireSixBeside(key, value)
        if (/Arn/.test(operator)) requireAccount(value)
      }
}

/** Each wildcard needs at least six characters in a row before or after it. */
function requireSixBeside(key: string, value: string): void {
  const pieces = value.split(/[*?]/)
  const isShort = (piece: string | undefined) => (piece ?? '').length < 6
  const bare = pieces.slice(0, -1).some((piece, index) => isShort(piece) && isShort(pieces[index + 1]))
  if (bare) throw invalid(`A wildcard of ${key} needs six characters before or after it, got "${value}".`)
}

function requireAccount(arn: string): void {
  const account = arn.split(':')[4] ?? ''
  if (arn.startsWith('arn:') && /[*?]/.test(account) && account !== '*')
    throw invalid(`The account of an ARN is an account id or "*", got "${arn}".`)
}
