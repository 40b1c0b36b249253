/**
 * The switch for faults of a local cloud that serves: a port of its own on 127.0.0.1, for commands in other shells. Whoever
 * can read the note about the running cloud may use it: the port takes requests with the secret from the note only.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { ActiveFault } from '@genai/local-cloud/faults/faults'
import { messageOf, UserError } from '../verb.ts'
import { type Given, readFault, told } from './read.ts'

export interface SwitchAddress {
  readonly port: number
  readonly secret: string
}

/** A fault that is on. */
export interface FaultRow {
  /** By which `clear` names it. */
  readonly number: number
  readonly kind: string
  readonly options: Given
  /** Calls, or connections, that it has hit. */
  readonly hits: number
}

/** What a command asks for: every answer is the faults that are on, or a mistake. */
export type SwitchRequest =
  | { readonly verb: 'list' }
  | { readonly verb: 'add'; readonly kind: string; readonly options: Given }
  /** Without a number: all. */
  | { readonly verb: 'clear'; readonly number?: number }

export type SwitchAnswer =
  | { readonly faults: readonly FaultRow[] }
  | { readonly error: string; readonly remedy?: string }

export interface FaultSwitch {
  readonly address: SwitchAddress
  close(): void
}

export async function openFaultSwitch(
  cloud: Pick<LocalCloud, 'ledger' | 'organization' | 'faults'>,
): Promise<FaultSwitch> {
  const secret = randomBytes(24).toString('base64url')
  const serve = createSwitch(cloud)
  const server = createServer((request, response) => void handle(serve, secret, request, response))
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  // It is no reason for a cloud to go on.
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    address: { port, secret },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The same without a port. @throws UserError for a mistake of the user's */
export function createSwitch(cloud: Pick<LocalCloud, 'ledger' | 'organization' | 'faults'>) {
  const on = new Map<number, { readonly kind: string; readonly options: Given; readonly active: ActiveFault }>()
  let last = 0
  const rows = () =>
    [...on].map(([number, { kind, options, active }]): FaultRow => ({ number, kind, options, hits: active.hits }))
  return (request: SwitchRequest): readonly FaultRow[] => {
    if (request.verb === 'add') {
      const { kind, options } = request
      const wanted = readFault(kind, options, cloud)
      const active = told(() =>
        wanted.kind === 'rule' ? cloud.faults.add(wanted.rule) : cloud.faults.takeDown(wanted.outage),
      )
      last++
      on.set(last, { kind, options, active })
    } else if (request.verb === 'clear') {
      const { number } = request
      if (number !== undefined && !on.has(number))
        throw new UserError(
          `There is no fault ${number}.`,
          on.size > 0 ? `On are ${[...on.keys()].join(', ')}.` : 'None is on.',
        )
      for (const [one, { active }] of [...on])
        if (number === undefined || number === one) {
          active.remove()
          on.delete(one)
        }
    }
    return rows()
  }
}

/** Options of one command line; nothing that is longer comes from it. */
const MAX_BYTES = 16 * 1024

async function handle(
  serve: (request: SwitchRequest) => readonly FaultRow[],
  secret: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, answer: SwitchAnswer) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(answer))
  }
  if (!isSecret(request.headers.authorization, secret)) {
    request.resume()
    return send(401, { error: 'This port takes commands of the same folder only.' })
  }
  try {
    send(200, { faults: serve(await readRequest(request)) })
  } catch (error) {
    const remedy = error instanceof UserError ? error.remedy : undefined
    send(400, { error: messageOf(error), ...(remedy !== undefined && { remedy }) })
  }
}

function isSecret(authorization: string | undefined, secret: string): boolean {
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${secret}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function readRequest(request: IncomingMessage): Promise<SwitchRequest> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk
    if (text.length > MAX_BYTES) throw new UserError('The command is too long.')
  }
  const value: unknown = JSON.parse(text)
  if (!isRequest(value)) throw new UserError('This is no command for faults.')
  return value
}

function isRequest(value: unknown): value is SwitchRequest {
  if (typeof value !== 'object' || value === null || !('verb' in value)) return false
  if (value.verb === 'list') return true
  if (value.verb === 'clear') return !('number' in value) || typeof value.number === 'number'
  if (value.verb !== 'add' || !('kind' in value) || typeof value.kind !== 'string' || !('options' in value))
    return false
  const { options } = value
  return (
    typeof options === 'object' && options !== null && Object.values(options).every((one) => typeof one === 'string')
  )
}
