/** Lets clients outside the local cloud (tests, the command line) connect to one of its ports under real host names. */
import { readFileSync } from 'node:fs'
import { Agent, type AgentOptions } from 'node:https'

export interface LocalAgentOptions extends Pick<AgentOptions, 'keepAlive' | 'maxSockets'> {
  /** The port on 127.0.0.1 that `wire.open(origin)` returned. */
  readonly port: number
  /** Certificate of the local authority, PEM. */
  readonly caFile: string
}

/**
 * An agent for HTTP/1.1 that connects to 127.0.0.1 for every host. The host name is still sent in the TLS handshake and in the `Host` header.
 * For SDK clients: `requestHandler: new NodeHttpHandler({ httpsAgent: localAgent(…) })`.
 */
export function localAgent({ port, caFile, ...options }: LocalAgentOptions): Agent {
  return new LocalAgent({ keepAlive: true, ...options, ca: readFileSync(caFile) }, port)
}

class LocalAgent extends Agent {
  readonly #port: number

  constructor(options: AgentOptions, port: number) {
    super(options)
    this.#port = port
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const servername = options.servername ?? options.host ?? undefined
    return super.createConnection({ ...options, servername, host: '127.0.0.1', port: this.#port }, callback)
  }
}
