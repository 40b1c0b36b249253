/** Updates the note about a running local cloud: which hub it has, credentials that have not expired, and the port for commands. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { isMap } from '../../shared/is-map.ts'
import { keySetsFunctionName, tableName } from '../../shared/naming.ts'
import { type Control, openControl } from '../control/server.ts'
import { FAULTS } from '../fault/ask.ts'
import { faultCommand } from '../fault/switch.ts'
import { claimRunning, forgetRunning, isNoteOf, type Running, type RunningHub, writeRunning } from './running.ts'

export interface Announcement {
  /** Accepts further commands from other shells. */
  readonly on: Control['on']
  /** Switches faults, for commands and for the console. */
  readonly faults: ReturnType<typeof faultCommand>
  /** Writes the note again after a change that is not in the ledger. */
  update(): void
  /**
   * Resolves when somebody else has deleted the note, for example with the whole folder `.local`: keys and the functions' code were in that
   * folder too, so nothing more can be started.
   */
  readonly lost: Promise<'lost'>
  /** Deletes the note. */
  stop(): void
}

export type Announced = Pick<Running, 'verb' | 'wirePort' | 'variant'> & {
  readonly users: () => Running['users']
  readonly gatewayUrl: () => string | undefined
  readonly browserPort: () => number | undefined
}

/** Half of the hour for which the deployer's credentials are valid. */
const RENEWAL_MILLISECONDS = 30 * 60_000

/** How often it is checked that the note exists. */
const LOOK_MILLISECONDS = 1_000

const TABLE = 'aws:dynamodb/table:Table'
const POOL = 'aws:cognito/userPool:UserPool'
const CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'
const FUNCTION = 'aws:lambda/function:Function'
const DOMAIN = 'aws:cognito/userPoolDomain:UserPoolDomain'
/** A listener opens a port, and then the gateway's address is known. */
const TELLING = new Set([TABLE, POOL, CLIENT, DOMAIN, FUNCTION, 'aws:lb/listener:Listener'])

/** @throws UserError if another cloud of this folder is running */
export async function announce(
  cloud: LocalCloud,
  { verb, wirePort, users, gatewayUrl, browserPort, variant }: Announced,
): Promise<Announcement> {
  let stopped = false
  const faults = faultCommand(cloud)
  const control = await openControl({ [FAULTS]: faults })
  const note = (): Running => {
    const { accessKeyId, secretAccessKey, sessionToken } = cloud.signIn()
    const hub = hubIn(cloud, gatewayUrl())
    const door = browserPort()
    return {
      pid: process.pid,
      verb,
      wirePort,
      ...(door !== undefined && { browserPort: door }),
      users: users(),
      caFile: cloud.authority.caFile,
      operator: { accessKeyId, secretAccessKey, sessionToken },
      control: control.address,
      ...(hub && { hub }),
      ...(variant !== undefined && { variant }),
    }
  }
  try {
    await claimRunning(note())
  } catch (error) {
    control.close()
    throw error
  }
  const update = () => {
    // If the folder was deleted, it is not created again only for a note.
    if (!stopped && isNoteOf(process.pid)) writeRunning(note())
  }
  cloud.ledger.onChange(({ resource }) => {
    if (TELLING.has(resource.type)) update()
  })
  const renewal = setInterval(() => {
    try {
      update()
    } catch {
      // A disk that is full for a while must not stop the local cloud. The earlier credentials stay valid for as long again.
    }
  }, RENEWAL_MILLISECONDS)
  renewal.unref()
  const lost = Promise.withResolvers<'lost'>()
  const look = setInterval(() => {
    if (!isNoteOf(process.pid)) lost.resolve('lost')
  }, LOOK_MILLISECONDS)
  look.unref()
  return {
    on: control.on,
    faults,
    update,
    lost: lost.promise,
    stop() {
      stopped = true
      clearInterval(renewal)
      clearInterval(look)
      control.close()
      forgetRunning()
    },
  }
}

function hubIn({ ledger }: LocalCloud, gatewayUrl: string | undefined): RunningHub | undefined {
  const table = ledger.all(TABLE).find(({ outputs }) => outputs.name === tableName)
  if (!table) return undefined
  const { account, region } = table
  const pool = ledger.all(POOL).find((one) => one.account === account && one.region === region)
  const client = ledger.all(CLIENT).find(({ outputs }) => outputs.userPoolId === pool?.id)
  if (!pool || !client) return undefined
  const domain = ledger.all(DOMAIN).find(({ outputs }) => outputs.userPoolId === pool.id)
  const issuer = providerIn(ledger)
  return {
    ...(issuer !== undefined && { identity: { issuer } }),
    region,
    tableName,
    userPoolId: pool.id,
    userPoolClientId: client.id,
    ...(domain && { userPoolDomain: `${domain.id}.auth.${region}.amazoncognito.com` }),
    ...(gatewayUrl !== undefined && { gatewayUrl }),
  }
}

/** The issuer, besides the user pool, whose keys the hub's function fetches. */
function providerIn(ledger: LocalCloud['ledger']): string | undefined {
  const fetcher = ledger.all(FUNCTION).find(({ outputs }) => outputs.name === keySetsFunctionName)
  const environment = fetcher?.outputs.environment
  const variables = isMap(environment) && isMap(environment.variables) ? environment.variables : {}
  const issuer = variables.IDENTITY_ISSUER
  return typeof issuer === 'string' ? issuer : undefined
}
