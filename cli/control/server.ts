/**
 * How commands in other shells reach a local cloud that serves: a port of its own on 127.0.0.1. Whoever can read the note about
 * the running cloud may use it: the port takes requests with the secret from the note only.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { messageOf, UserError } from '../verb.ts'
import { isSecret, openOwnPort, readText } from './loopback-port.ts'

export interface ControlAddress {
  readonly port: number
  readonly secret: string
}

/**
 * @returns what the caller gets, as JSON.
 * @throws UserError for a mistake of the caller
 */
export type Handler = (request: unknown) => unknown

/** What the caller gets: the handler's answer, or an error. */
export type ControlAnswer = { readonly answer: unknown } | { readonly error: string; readonly remedy?: string }

export interface Control {
  readonly address: ControlAddress
  /** Adds a command, or replaces its handler. */
  on(name: string, handler: Handler): void
  close(): void
}

/** The command that every cloud has. It tells whether this is the cloud that the caller means, and whether it is running. */
export const PING = 'ping'

export async function openControl(handlers: Readonly<Record<string, Handler>> = {}): Promise<Control> {
  const secret = randomBytes(24).toString('base64url')
  const commands = new Map<string, Handler>([[PING, () => null], ...Object.entries(handlers)])
  const server = createServer((request, response) => void handle(commands, secret, request, response))
  const { port, close } = await openOwnPort(server)
  return { address: { port, secret }, on: (name, handler) => void commands.set(name, handler), close }
}

async function handle(
  commands: ReadonlyMap<string, Handler>,
  secret: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, answer: ControlAnswer) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(answer))
  }
  if (!isSecret(request.headers.authorization ?? '', `Bearer ${secret}`)) {
    request.resume()
    return send(401, { error: 'This port takes commands of the same folder only.' })
  }
  try {
    const name = request.url?.slice(1) ?? ''
    const command = commands.get(name)
    if (!command)
      throw new UserError(
        `The local cloud that is running does not know "${name}".`,
        'It was started by another version: start it again.',
      )
    send(200, { answer: (await command(JSON.parse(await readText(request)))) ?? null })
  } catch (error) {
    const remedy = error instanceof UserError ? error.remedy : undefined
    send(400, { error: messageOf(error), ...(remedy !== undefined && { remedy }) })
  }
}
