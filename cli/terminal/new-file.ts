/** Writes files that a user edits later, or that contain a secret. An existing file is never overwritten. */
import { writeFileSync } from 'node:fs'
import { messageOf, UserError } from '../verb.ts'

/** @throws UserError if the file exists already, or if the folder cannot be written to */
export const writeNewFile = (file: string, text: string, remedy: string): void => write(file, text, remedy, 0o666)

/**
 * The same for a file that only its owner may read.
 * @throws UserError as `writeNewFile` does
 */
export const writeSecretFile = (file: string, text: string, remedy: string): void => write(file, text, remedy, 0o600)

function write(file: string, text: string, remedy: string, mode: number): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode })
  } catch (cause) {
    const there = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    const why = there ? 'it is there already, and is not overwritten' : messageOf(cause)
    throw new UserError(`${file} cannot be written: ${why}`, remedy, { cause })
  }
}
