/**
 * How commands in other shells reach a local cloud that serves: a port of its own on 127.0.0.1. Whoever can read the note about
 * the running cloud may use it: the port takes requests with the secret from the note only.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, UserError } from '../verb.ts'

export interface ControlAddress {
  readonly port: number
  readonly secret: string
}

/** @returns what the caller gets, as JSON. @throws UserError for a mistake of the user's */
export type Handler = (request: unknown) => unknown

/** What a caller gets: the handler's answer, or a mistake. */
export type ControlAnswer = { readonly answer: unknown } | { readonly error: string; readonly remedy?: string }

export interface Control {
  readonly address: ControlAddress
  /** Adds a command, or puts another handler in its place. */
  on(name: string, handler: Handler): void
  close(): void
}

/** The command that every cloud has: whether it is this one, and alive. */
export const PING = 'ping'

export async function openControl(handlers: Readonly<Record<string, Handler>> = {}): Promise<Control> {
  const secret = randomBytes(24).toString('base64url')
  const commands = new Map<string, Handler>([[PING, () => null], ...Object.entries(handlers)])
  const server = createServer((request, response) => void handle(commands, secret, request, response))
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  // It is no reason for a cloud to go on.
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    address: { port, secret },
    on: (name, handler) => void commands.set(name, handler),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Options of one command line; nothing that is longer comes from it. */
const MAX_BYTES = 16 * 1024

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
  if (!isSecret(request.headers.authorization, secret)) {
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
    send(200, { answer: (await command(await readRequest(request))) ?? null })
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

async function readRequest(request: IncomingMessage): Promise<unknown> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk
    if (text.length > MAX_BYTES) throw new UserError('The command is too long.')
  }
  return JSON.parse(text)
}
