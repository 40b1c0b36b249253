/** Explains errors of the machine's file system, which name neither the disk nor the operation, and says what to do. */

const ROOM = 'Make room there, and start again: what was kept before is whole.'

/** Advice by the code of the system's error. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: `The disk that holds the folder .local, or the one of --directory, is full. ${ROOM}`,
  EDQUOT: `The disk that holds the folder .local, or the one of --directory, has no more room for you (a quota). ${ROOM}`,
  EROFS: 'The folder must be one that can be written to.',
  EACCES: 'The folder and what is in it must be yours, and writable.',
  EPERM: 'The folder and what is in it must be yours, and writable.',
  EMFILE: 'This machine lets a process open too few files: ulimit -n 4096',
}

/** @returns undefined if the error does not come from the file system */
export function diskRemedy(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const remedy = 'code' in error && 'syscall' in error ? REMEDIES[String(error.code)] : undefined
  return remedy ?? diskRemedy(error.cause)
}
