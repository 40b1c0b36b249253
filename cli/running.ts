/** A note about the local cloud that is running, for commands in other shells. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SwitchAddress } from './fault/switch.ts'
import { LOCAL_DIRECTORY } from './stacks.ts'
import { UserError } from './verb.ts'

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
  readonly tableName: string
}

export interface Running {
  readonly pid: number
  /** `npm start` deploys by itself; `npm run local` is deployed into by the Pulumi CLI. */
  readonly verb: 'start' | 'local'
  /** Port of the wire for clients on this machine. */
  readonly wirePort: number
  readonly caFile: string
  /** Signed in as the deployer, renewed while the cloud runs: worth nothing but this local cloud, and gone with it. */
  readonly operator: OperatorCredentials
  /** Where faults are switched, and the secret that it asks for. */
  readonly faultSwitch: SwitchAddress
  readonly hub?: RunningHub
  readonly users: readonly RunningUser[]
}

export interface OperatorCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
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

/** @throws UserError when none is running, or it has no hub */
export function readRunningHub(): Running & { readonly hub: RunningHub } {
  const running = readRunning()
  const { hub } = running
  if (hub) return { ...running, hub }
  throw new UserError('The local cloud that is running has no hub yet.', 'Deploy it first: pulumi up -s hub')
}

/** @throws UserError when none is running */
export function readRunning(): Running {
  const running = findRunning()
  if (running) return running
  throw new UserError(
    'No local cloud is running.',
    'Start it in another shell with npm start. For a deployed hub see the --help of the command.',
  )
}

export function findRunning(): Running | undefined {
  const running = tryRead()
  return running && isAlive(running.pid) ? running : undefined
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
