/** Opens a port for this machine only: any free one on 127.0.0.1, which does not keep the process alive. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../verb.ts'

export interface OwnPort {
  readonly port: number
  /** Closes, and ends requests that are not finished. */
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

/** Compares secrets in constant time. */
export function isSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** The longest body that is read; command-line options and form fields are far shorter. */
const MAX_BYTES = 16 * 1024

/** @throws UserError if the body is too long */
export async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request as AsyncIterable<string>) {
    text += chunk
    if (text.length > MAX_BYTES) throw new UserError('The request is too long.')
  }
  return text
}
