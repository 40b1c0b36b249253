/** A note about the local cloud that is running, for commands in other shells. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAnswering } from '../control/call.ts'
import type { ControlAddress } from '../control/server.ts'
import { LOCAL_DIRECTORY } from '../pulumi/stack-files.ts'
import { UserError } from '../verb.ts'

export interface RunningUser {
  readonly tenantId: string
  readonly username: string
  /** Made up when the user was: it opens nothing but this local cloud, while it runs. */
  readonly password: string
}

/** Of the hub that is deployed in it. */
export interface RunningHub {
  /** Under `localhost`; absent while no listener is open. */
  readonly gatewayUrl?: string
  readonly region: string
  readonly userPoolId: string
  readonly userPoolClientId: string
  /** Host of the token endpoint; absent for a pool without a domain. */
  readonly userPoolDomain?: string
  /** The external provider that people sign in with. */
  readonly identity?: { readonly issuer: string }
  readonly tableName: string
}

export interface Running {
  readonly pid: number
  /** `npm start` deploys by itself; `npm run local` is deployed into by the Pulumi CLI. */
  readonly verb: 'start' | 'local'
  /** Port of the wire for clients on this machine. */
  readonly wirePort: number
  /** Of the door that a browser comes in by; absent before it is open. */
  readonly browserPort?: number
  readonly caFile: string
  /** Signed in as the deployer, renewed while the cloud runs: worth nothing but this local cloud, and gone with it. */
  readonly operator: OperatorCredentials
  /** Where commands are taken, and the secret that it asks for. */
  readonly control: ControlAddress
  readonly hub?: RunningHub
  readonly users: readonly RunningUser[]
  /** Of the demonstration, where it is one of `npm start -- --variant`. */
  readonly variant?: string
}

export interface OperatorCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const FILE = join(LOCAL_DIRECTORY, 'running.json')

/** Writes the note for the first time. @throws UserError when another cloud's is there, and it runs */
export async function claimRunning(running: Running): Promise<void> {
  const draft = writeDraft(running)
  try {
    for (const last of [false, true]) {
      try {
        // Unlike a rename it fails where there is one: of two that start at once, one is the first.
        return linkSync(draft, FILE)
      } catch (cause) {
        if (last || !(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
        await requireNoneRunning()
        rmSync(FILE, { force: true })
      }
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

export function writeRunning(running: Running): void {
  renameSync(writeDraft(running), FILE)
}

function writeDraft(running: Running): string {
  mkdirSync(LOCAL_DIRECTORY, { recursive: true, mode: 0o700 })
  const draft = `${FILE}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 })
  return draft
}

/** Whether the note is there, and of this process. */
export const isNoteOf = (pid: number): boolean => tryRead()?.pid === pid

/** Removes the note, if it is this process's. */
export function forgetRunning(): void {
  if (isNoteOf(process.pid)) rmSync(FILE, { force: true })
}

/** For a cloud whose note was taken away while it served. */
export const LOST =
  "The folder .local was removed, or running.json in it. Keys and the functions' code were in it too, so the local cloud stops."

/** @throws UserError when one is running: commands in other shells would not know which one is meant */
export async function requireNoneRunning(): Promise<void> {
  const other = await findRunning()
  if (!other) return
  const beside =
    other.verb === 'start' ? 'Stop it with Ctrl-C first, or validate beside it: npm start -- --exit' : 'Stop it first.'
  throw new UserError(
    `A local cloud is running already (process ${other.pid}, npm ${other.verb === 'start' ? 'start' : 'run local'}); login and tenant would not know which one is meant.`,
    beside,
  )
}

/** @throws UserError when none is running, or it has no hub */
export async function readRunningHub(): Promise<Running & { readonly hub: RunningHub }> {
  const running = await readRunning()
  const { hub, verb } = running
  if (hub) return { ...running, hub }
  if (verb === 'start')
    throw new UserError('The local cloud is still deploying its hub.', 'Try again when npm start says that it serves.')
  throw new UserError('The local cloud that is running has no hub yet.', 'Deploy it first: pulumi up -s hub')
}

/** @throws UserError when none is running */
export async function readRunning(): Promise<Running> {
  const running = await findRunning()
  if (running) return running
  const note = tryRead()
  throw new UserError(
    note ? `The local cloud (process ${note.pid}) has ended without saying so.` : 'No local cloud is running.',
    `Start it ${note ? 'again ' : ''}in another shell with ${note?.verb === 'local' ? 'npm run local' : 'npm start'}. For a deployed hub see the --help of the command.`,
  )
}

export async function findRunning(): Promise<Running | undefined> {
  const running = tryRead()
  return running && isAlive(running.pid) && (await isAnswering(running.control)) ? running : undefined
}

/** @returns undefined where there is no note, and for one that another version wrote */
function tryRead(): Running | undefined {
  try {
    const note: Partial<Running> = JSON.parse(readFileSync(FILE, 'utf8'))
    return note.control ? (note as Running) : undefined
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
