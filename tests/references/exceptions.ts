/** Exceptions of a check: each has a reason, and is one as long as the check finds something that it excuses. */
export type Exceptions = readonly (readonly [finding: RegExp, reason: string])[]

/** Findings that no exception excuses, and exceptions that excuse nothing: both are to be empty. */
export function judged(findings: readonly string[], exceptions: Exceptions) {
  const distinct = [...new Set(findings)].sort()
  return {
    unexcused: distinct.filter((finding) => !exceptions.some(([pattern]) => pattern.test(finding))),
    unneeded: exceptions
      .filter(([pattern]) => !distinct.some((finding) => pattern.test(finding)))
      .map(([pattern]) => String(pattern)),
  }
}
