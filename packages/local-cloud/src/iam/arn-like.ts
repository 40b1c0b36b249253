/** `ArnLike`: wildcards match within one of the six parts that colons separate; the last part may hold colons itself. */
export function arnLike(pattern: string, arn: string): boolean {
  const wanted = sixParts(pattern)
  const got = sixParts(arn)
  return wanted.length === got.length && wanted.every((part, index) => like(part, got[index] ?? ''))
}

function sixParts(arn: string): readonly string[] {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function like(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(value)
}
