/** Shows the key of an authenticator app for the user to add, and asks for its codes. */
import { UserError } from '../verb.ts'
import { askPassword } from './password.ts'

/**
 * Asks for a code without showing it, because others may see the screen.
 * @throws UserError if it is not a code
 */
export async function askAppCode(question = 'Code of your authenticator app: '): Promise<string> {
  const code = (await askPassword(question)).replace(/\s/g, '')
  if (/^\d{6}$/.test(code)) return code
  throw new UserError('That is no code.', 'It is six digits, such as the app shows.')
}

/** The link that authenticator apps read, also as a QR code. */
export const appLink = (key: string, username: string): string =>
  `otpauth://totp/${encodeURIComponent(`GenAI gateway:${username}`)}?secret=${key}&issuer=${encodeURIComponent('GenAI gateway')}`

/**
 * Shown on the terminal, and not as part of what the command prints for a shell.
 * @returns the first code that the app shows
 */
export async function showAppKey(key: string, username: string): Promise<string> {
  const lines = [
    'Set up an authenticator app for this user: add the key, or open the link on the device.',
    `  key   ${key}`,
    `  link  ${appLink(key, username)}`,
    'Whoever has the key has the codes. It is not shown again.',
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
  return await askAppCode('The first code that the app shows: ')
}
