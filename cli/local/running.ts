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
  /** Made with the user: it gives access only to this local cloud, while it runs. */
  readonly password: string
}

/** The hub that is deployed in the local cloud. */
export interface RunningHub {
  /** Address under `localhost`; absent while no listener is open. */
  readonly gatewayUrl?: string
  readonly region: string
  readonly userPoolId: string
  readonly userPoolClientId: string
  /** Host of the token endpoint; absent if the user pool has no domain. */
  readonly userPoolDomain?: string
  /** The external provider at which people sign in. */
  readonly identity?: { readonly issuer: string }
  readonly tableName: string
}

export interface Running {
  readonly pid: number
  /** `npm start` deploys by itself; into the cloud of `npm run local`, the Pulumi CLI deploys. */
  readonly verb: 'start' | 'local'
  /** Port of AWS's services, for clients on this computer. */
  readonly wirePort: number
  /** Port for browsers; absent until it is open. */
  readonly browserPort?: number
  readonly caFile: string
  /** Credentials of a session of the deployer, renewed while the cloud runs. They are valid in this local cloud only, and end with it. */
  readonly operator: OperatorCredentials
  /** Where the cloud accepts commands, and the secret that it requires. */
  readonly control: ControlAddress
  readonly hub?: RunningHub
  readonly users: readonly RunningUser[]
  /** Name of the demonstration's variant, if it was started with `npm start -- --variant`. */
  readonly variant?: string
}

export interface OperatorCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const FILE = join(LOCAL_DIRECTORY, 'running.json')

/**
 * Writes the note for the first time.
 * @throws UserError if another cloud's note exists and that cloud is running
 */
export async function claimRunning(running: Running): Promise<void> {
  const draft = writeDraft(running)
  try {
    for (const last of [false, true]) {
      try {
        // Unlike a rename, this fails if the file exists: of two clouds that start at the same time, one is the first.
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

/** Whether the note exists and belongs to this process. */
export const isNoteOf = (pid: number): boolean => tryRead()?.pid === pid

/** Deletes the note, if it belongs to this process. */
export function forgetRunning(): void {
  if (isNoteOf(process.pid)) rmSync(FILE, { force: true })
}

/** For a cloud whose note was deleted while it ran. */
export const LOST =
  "The folder .local was removed, or running.json in it. Keys and the functions' code were in it too, so the local cloud stops."

/** @throws UserError if one is running, because commands in other shells would not know which one is meant */
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

/** @throws UserError if none is running, or if it has no hub */
export async function readRunningHub(): Promise<Running & { readonly hub: RunningHub }> {
  const running = await readRunning()
  const { hub, verb } = running
  if (hub) return { ...running, hub }
  if (verb === 'start')
    throw new UserError('The local cloud is still deploying its hub.', 'Try again when npm start says that it serves.')
  throw new UserError('The local cloud that is running has no hub yet.', 'Deploy it first: pulumi up -s hub')
}

/** @throws UserError if none is running */
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

/** @returns undefined if there is no note, or if another version wrote it */
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
