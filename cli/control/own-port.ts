/** A port of a local cloud for this machine alone: on 127.0.0.1, any free one, and no reason for the cloud to go on. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../verb.ts'

export interface OwnPort {
  readonly port: number
  /** Ends requests that are under way too. */
  close(): void
}

export async function openOwnPort(server: Server): Promise<OwnPort> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  server.unref()
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Takes as long for a secret that is nearly right as for any other of its length. */
export function isSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** Options of a command line, fields of a form: nothing that is longer comes from them. */
const MAX_BYTES = 16 * 1024

/** @throws UserError for a body that is too long */
export async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk
    if (text.length > MAX_BYTES) throw new UserError('The request is too long.')
  }
  return text
}
