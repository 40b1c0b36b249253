/** What a statement's conditions ask for, and what a pattern matches. */

import type { DocumentKind, Statement } from './documents.ts'
import { asTexts } from './resource.ts'

/** Operators that are false if the request lacks the key. (`…IfExists`, `ForAllValues:` and negated operators are then true.) */
const REQUIRES =
  /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|Numeric\w+|Date\w+|Bool|IpAddress)$/
const NEGATED = /Not|IfExists$/

/** The values that the statement's conditions allow for a key; empty if they do not restrict it. */
export function required({ conditions }: Statement, key: string | RegExp): readonly string[] {
  const isKey = (name: string) => (typeof key === 'string' ? name.toLowerCase() === key.toLowerCase() : key.test(name))
  const values = Object.entries(conditions)
    .filter(([operator]) => REQUIRES.test(operator) && !NEGATED.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([name]) => isKey(name))
    .map(([, value]) => asTexts(value))
  // If several conditions are about one key, all must hold, so the one with the fewest values counts.
  return values.find((list) => list.length > 0 && !list.some(isOpen)) ?? []
}

/** Whether a value consists of wildcards only, or nearly so. */
const isOpen = (value: string) => value.replaceAll(/[*?]/g, '').length < 3 && /[*?]/.test(value)

/** Condition keys that identify a resource where an ARN cannot. */
const WHICH =
  /^(aws:(ResourceTag|RequestTag)\/|ec2:(Subnet|Vpc|CreateAction)$|lambda:(VpcIds|SubnetIds)$|elasticloadbalancing:CreateAction$|application-autoscaling:service-namespace$|bedrock:InferenceProfileArn$|dynamodb:LeadingKeys$)/i

/**
 * Whether the conditions restrict the statement to certain resources, by a tag or a network. In a policy that is not the caller's own,
 * restricting the caller counts too.
 */
export function narrows(statement: Statement, kind: DocumentKind): boolean {
  // A condition that the tag is absent matches resources that no tenant owns.
  const untagged = Object.entries(statement.conditions.Null ?? {}).some(
    ([key, value]) => /^aws:ResourceTag\//i.test(key) && value === 'true',
  )
  // A service that acts for a resource names that resource as the source.
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
