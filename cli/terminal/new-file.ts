/** Files that a user goes on to edit: written once, never over what is there. */
import { writeFileSync } from 'node:fs'
import { messageOf, UserError } from '../verb.ts'

/** @throws UserError when it is there already, or the folder cannot be written to */
export function writeNewFile(file: string, text: string, remedy: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (cause) {
    const there = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const why = there ? 'it is there already, and is not overwritten' : messageOf(cause)
    throw new UserError(`${file} cannot be written: ${why}`, remedy, { cause })
  }
}
