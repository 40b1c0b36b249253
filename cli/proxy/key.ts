/** The key that tools send to the proxy: made for one run, or kept in a file that nobody else may read. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { writeSecretFile } from '../terminal/new-file.ts'
import { UserError } from '../verb.ts'

const KEY = /^genai-[A-Za-z0-9_-]{43}$/

const newKey = () => `genai-${randomBytes(32).toString('base64url')}`

/**
 * @param file keeps the key over restarts, so that a tool's configuration stays valid; it is created if it does not exist. Without it, each run
 * has a new key
 * @throws UserError if others may read the file, or if it contains something else
 */
export function proxyKey(file: string | undefined): string {
  if (file === undefined) return newKey()
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      throw new UserError(`${file} cannot be read.`, 'Name another: --key-file FILE', { cause })
    const key = newKey()
    writeSecretFile(file, `${key}\n`, 'Name a file in a folder that is there.')
    return key
  }
  if (!KEY.test(text)) throw new UserError(`${file} holds no key of this proxy.`, 'Remove it: a new one is made.')
  if ((statSync(file).mode & 0o077) !== 0 && process.platform !== 'win32')
    throw new UserError(`${file} may be read by others on this machine.`, `chmod 600 ${file}`)
  return text
}
