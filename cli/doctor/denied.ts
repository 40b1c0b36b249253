/** What an error of AWS means for a check: either that the call is not allowed, or an answer like any other. */
import type { Answer } from './check.ts'
import { notAsked, unclear } from './check.ts'
import { actionOf } from './clients.ts'
import { NoAccess } from './subjects.ts'

const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Client\.UnauthorizedOperation|AuthorizationError)$/

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** AWS's own message, on one line. */
export const wordsOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return `${nameOf(error)}: ${text.replaceAll(/\s+/g, ' ').trim()}`
}

export const isDenied = (error: unknown): boolean => DENIED.test(nameOf(error))

/** The row for a check that ended with an error that the check does not handle. */
export function ofError(error: unknown): Answer {
  if (error instanceof NoAccess) return notAsked(error.message, error.remedy)
  const action = actionOf(error)
  if (isDenied(error))
    return notAsked(
      `${action ?? 'A call'} was denied. ${wordsOf(error)}`,
      `Allow ${action ?? 'it'} to the role: npm run genai -- doctor --policy prints all that it needs. A service control policy may be what denies it.`,
    )
  return unclear(wordsOf(error), `${action ?? 'The call'} failed; try again, and look at AWS's status page.`)
}

/** Returns undefined if AWS's error says that there is no such resource. */
export async function ifThere<T>(asked: Promise<T>, ...missing: readonly string[]): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (missing.includes(nameOf(error))) return undefined
    throw error
  }
}
