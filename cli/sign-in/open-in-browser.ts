/** Opens an address in the user's browser with the system's own command. If that fails, the user can open the printed address. */
import { spawn } from 'node:child_process'

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

export function openInBrowser(url: string): void {
  const [command, ...before] = COMMANDS[process.platform] ?? ['xdg-open']
  // The address is an argument, and never part of a shell's command line.
  const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
