/** A note about the local cloud that is running, for commands in other shells. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_DIRECTORY } from './stacks.ts'
import { UserError } from './verb.ts'

export interface RunningUser {
  readonly tenantId: string
  readonly username: string
  /** Made up when the user was: it opens nothing but this local cloud, while it runs. */
  readonly password: string
}

export interface Running {
  readonly pid: number
  readonly gatewayUrl: string
  readonly region: string
  readonly userPoolId: string
  readonly userPoolClientId: string
  /** Port of the wire for clients on this machine. */
  readonly wirePort: number
  readonly caFile: string
  readonly users: readonly RunningUser[]
}

const FILE = join(LOCAL_DIRECTORY, 'running.json')

export function writeRunning(running: Running): void {
  mkdirSync(LOCAL_DIRECTORY, { recursive: true, mode: 0o700 })
  const draft = `${FILE}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, FILE)
}

/** Removes the note, if it is this process's. */
export function forgetRunning(): void {
  if (tryRead()?.pid === process.pid) rmSync(FILE, { force: true })
}

/** @throws UserError when none is running */
export function readRunning(): Running {
  const running = tryRead()
  if (running && isAlive(running.pid)) return running
  throw new UserError(
    'No local cloud is running.',
    'Start it in another shell with npm start, or name a deployed hub: see npm run login -- --help',
  )
}

function tryRead(): Running | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
