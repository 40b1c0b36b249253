/** A change of several steps: if one of them fails, those before it are undone. */
import { messageOf, UserError } from '../verb.ts'

/** @param what a text that names what is left if it cannot be undone: `the app client abc` */
export type OnFailure = (what: string, undo: () => Promise<unknown>) => void

/**
 * Runs `steps`; if they fail, whatever they have registered is undone, the last one first.
 * @throws UserError that says whether anything is left
 */
export async function orUndone<T>(steps: (onFailure: OnFailure) => Promise<T>): Promise<T> {
  const made: (readonly [what: string, undo: () => Promise<unknown>])[] = []
  try {
    return await steps((...one) => made.unshift(one))
  } catch (cause) {
    const left: string[] = []
    for (const [what, undo] of made) await undo().catch((error: unknown) => left.push(`${what} (${messageOf(error)})`))
    const message = messageOf(cause).replace(/\.?( Nothing was changed\.)?$/, '')
    throw new UserError(
      left.length === 0
        ? `${message}. Nothing was changed.`
        : `${message}. What could not be taken away again: ${left.join('; ')}.`,
      cause instanceof UserError ? cause.remedy : undefined,
      { cause },
    )
  }
}
