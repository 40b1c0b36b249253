/** Session tags: passed with the call, or inherited from the calling session because they are transitive. */
import { AwsError } from '../../errors.ts'
import type { IssuedCredential } from '../../iam/credential-store.ts'

export interface SessionTags {
  readonly values: Readonly<Record<string, string>>
  readonly transitiveKeys: readonly string[]
}

export function checkTags(
  tags: readonly { readonly Key: string; readonly Value: string }[],
  transitiveKeys: readonly string[],
  caller: IssuedCredential,
): SessionTags {
  const keys = tags.map(({ Key }) => Key.toLowerCase())
  if (new Set(keys).size < keys.length)
    throw new AwsError(
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    )
  if (keys.some((key) => key.startsWith('aws:')))
    throw new AwsError('InvalidParameterValue', "Tag keys may not begin with 'aws:'.")
  if (transitiveKeys.some((key) => !keys.includes(key.toLowerCase())))
    throw new AwsError(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    )
  const inherited = caller.transitiveTagKeys.map((key) => key.toLowerCase())
  if (keys.some((key) => inherited.includes(key)))
    throw new AwsError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  return { values: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])), transitiveKeys }
}

/** The tags of the new session. */
export function inheritedTags({ session, transitiveTagKeys }: IssuedCredential, given: SessionTags): SessionTags {
  const inherited = transitiveTagKeys.flatMap((key) => {
    const value = session.tags[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  return {
    values: { ...Object.fromEntries(inherited), ...given.values },
    transitiveKeys: [...transitiveTagKeys, ...given.transitiveKeys],
  }
}
