/** A policy taken apart: one action on one resource pattern of one statement at a time. */
import type { PolicyDocument, PolicyStatement } from '../../shared/policies/document.ts'

export interface Grant {
  readonly sid: string
  readonly action: string
  readonly resource: string
  /** The policies without this grant. */
  readonly without: readonly PolicyDocument[]
}

/** Everything that the policies allow; denials grant nothing. */
export const grantsOf = (documents: readonly PolicyDocument[]): readonly Grant[] =>
  documents.flatMap((document, index) =>
    document.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap((statement) =>
      list(statement.Action).flatMap((action) =>
        list(statement.Resource).map((resource) => ({
          sid: statement.Sid ?? '',
          action,
          resource,
          without: documents.with(index, {
            ...document,
            Statement: document.Statement.flatMap((one) => (one === statement ? minus(one, action, resource) : [one])),
          }),
        })),
      ),
    ),
  )

/** The policies without an action, whatever it is granted on by that statement. */
export function withoutAction(documents: readonly PolicyDocument[], sid: string, action: string) {
  return documents.map((document) => ({
    ...document,
    Statement: document.Statement.flatMap((one): readonly PolicyStatement[] => {
      if (one.Sid !== sid) return [one]
      const left = list(one.Action).filter((name) => name !== action)
      return left.length === 0 ? [] : [{ ...one, Action: left }]
    }),
  }))
}

/** The same statement in up to two: the action on the other resources, the other actions on all. */
function minus(statement: PolicyStatement, action: string, resource: string): readonly PolicyStatement[] {
  const others = list(statement.Action).filter((name) => name !== action)
  const elsewhere = list(statement.Resource).filter((name) => name !== resource)
  const { Sid, ...unnamed } = statement
  return [
    ...(others.length > 0 ? [{ ...statement, Action: others }] : []),
    ...(elsewhere.length > 0 ? [{ ...unnamed, Action: action, Resource: elsewhere }] : []),
  ]
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** `ec2:Describe*` names `ec2:DescribeVpcs`. */
export function names(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${expression}$`, 'i').test(action)
}
