import { wildcard } from '../wildcard.ts'

/** `ArnLike`: a wildcard matches within one of the six parts that colons separate. The last part may contain colons. */
export function arnLike(pattern: string, arn: string): boolean {
  const wanted = sixParts(pattern)
  const got = sixParts(arn)
  return wanted.length === got.length && wanted.every((part, index) => wildcard(part, 's').test(got[index] ?? ''))
}

function sixParts(arn: string): readonly string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}
