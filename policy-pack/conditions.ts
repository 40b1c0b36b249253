/** What a statement's conditions ask for, and what a pattern matches. */

import type { DocumentKind, Statement } from './documents.ts'
import { asTexts } from './resource.ts'

/** Operators that are false of a key that is not there. `…IfExists`, `ForAllValues:` and the negated ones are true of it. */
const REQUIRES =
  /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|Numeric\w+|Date\w+|Bool|IpAddress)$/
const NEGATED = /Not|IfExists$/

/** The values that a key must have one of for the statement to apply; none when it may have any. */
export function required({ conditions }: Statement, key: string | RegExp): readonly string[] {
  const isKey = (name: string) => (typeof key === 'string' ? name.toLowerCase() === key.toLowerCase() : key.test(name))
  const values = Object.entries(conditions)
    .filter(([operator]) => REQUIRES.test(operator) && !NEGATED.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([name]) => isKey(name))
    .map(([, value]) => asTexts(value))
  // Of several conditions on one key all must hold: the narrowest counts.
  return values.find((list) => list.length > 0 && !list.some(isOpen)) ?? []
}

/** Nothing but wildcards, or next to nothing. */
const isOpen = (value: string) => value.replaceAll(/[*?]/g, '').length < 3 && /[*?]/.test(value)

/** Keys that say which resource it is, where an ARN cannot. */
const WHICH =
  /^(aws:(ResourceTag|RequestTag)\/|ec2:(Subnet|Vpc|CreateAction)$|lambda:(VpcIds|SubnetIds)$|elasticloadbalancing:CreateAction$|application-autoscaling:service-namespace$|bedrock:InferenceProfileArn$|dynamodb:LeadingKeys$)/i

/**
 * Whether the conditions name which resource, by a tag or a network; where the policy is not the caller's own, naming the caller
 * does as well.
 */
export function narrows(statement: Statement, kind: DocumentKind): boolean {
  // "No tag yet" names the resources that nobody owns.
  const untagged = Object.entries(statement.conditions.Null ?? {}).some(
    ([key, value]) => /^aws:ResourceTag\//i.test(key) && value === 'true',
  )
  // A service that acts for one resource names that as the source.
  const byCaller =
    kind !== 'identity' && ['aws:PrincipalArn', 'aws:SourceArn'].some((key) => required(statement, key).length > 0)
  return untagged || byCaller || required(statement, WHICH).length > 0
}

/** Whether an action pattern covers an action: IAM matches them without regard to case. */
export const covers = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(action)
