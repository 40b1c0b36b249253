/** Opens the declared load balancer's listeners on ports of this machine. */
import { createServer } from 'node:net'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Origin } from '@genai/local-cloud/network/path'
import type { HubOutputs } from '../../shared/contract.ts'
import { type Arguments, messageOf, UserError } from '../verb.ts'

export interface OpenGateway {
  /** Address under `localhost`, which this computer can resolve. */
  readonly url: string
  /** Local port of the listener that has the tenants' rules. */
  readonly port: number
  close(): Promise<void>
}

export interface Ports {
  readonly https: number
  readonly http: number
  /**
   * Port for browsers.
   * @default any free port
   */
  readonly browser?: number
}

/**
 * Opens every listener of the load balancer for clients at `origin`.
 * @throws UserError if a port is in use
 */
export async function openGateway(
  cloud: LocalCloud,
  hub: HubOutputs,
  origin: Origin,
  ports: Ports,
): Promise<OpenGateway> {
  const listeners = cloud.ledger
    .all('aws:lb/listener:Listener')
    .filter(({ outputs }) => outputs.loadBalancerArn === hub.loadBalancerArn)
  const opened: { close(): Promise<void> }[] = []
  let url = ''
  let port = 0
  // HTTPS first, because the other listener's redirect needs the HTTPS listener's local port.
  for (const { outputs } of [...listeners].sort((a) => (a.outputs.protocol === 'HTTPS' ? -1 : 1))) {
    const arn = String(outputs.arn)
    const secure = outputs.protocol === 'HTTPS'
    const wanted = secure ? ports.https : ports.http
    const listener = await cloud.loadBalancer.open(origin, arn, wanted).catch((cause: unknown) => {
      throw new UserError(
        messageOf(cause),
        `Free the port, or choose another: --${secure ? 'port' : 'http-port'} PORT`,
        { cause },
      )
    })
    opened.push(listener)
    if (arn !== hub.listenerArn) continue
    port = listener.port
    url = `${secure ? 'https' : 'http'}://localhost:${port}`
  }
  return { url, port, close: async () => void (await Promise.all(opened.map((listener) => listener.close()))) }
}

/** Options of the commands that serve requests. */
export const PORT_OPTIONS = {
  port: { type: 'string', placeholder: 'PORT', help: 'local port of the HTTPS listener (default 8443; 0: any)' },
  'http-port': { type: 'string', placeholder: 'PORT', help: 'local port of the HTTP listener (default 8080; 0: any)' },
  'browser-port': {
    type: 'string',
    placeholder: 'PORT',
    help: 'local port of https://NAME.localhost for a browser (default 8444; 0: any)',
  },
} as const

const DEFAULT_PORTS = { port: 8443, 'http-port': 8080, 'browser-port': 8444 } as const

/**
 * Checked before anything is deployed.
 * @throws UserError if a port is in use
 */
export async function requireFree({ https, http, browser = 0 }: Ports): Promise<void> {
  const asked = [
    ['--port', https],
    ['--http-port', http],
    ['--browser-port', browser],
  ] as const
  for (const [flag, port] of asked) {
    const same = asked.find(([other, one]) => other !== flag && one === port && port !== 0)
    if (same) throw new UserError(`${flag} and ${same[0]} are both ${port}.`, 'Choose two different ones.')
  }
  for (const [flag, port] of asked)
    if (!(await isFree(port)))
      throw new UserError(
        `Port ${port} of this machine is in use.`,
        `Free it, or choose another: ${flag} PORT (0: any free one). Nothing was started.`,
      )
}

/** Whether one of our servers could listen on the port. */
export function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** @throws UserError unless it is a number from 0 to 65535 */
export function portOption(
  values: Arguments['values'],
  name: keyof typeof DEFAULT_PORTS,
  fallback: number = DEFAULT_PORTS[name],
): number {
  const text = values[name]
  if (text === undefined) return fallback
  const port = Number(text)
  if (!/^\d+$/.test(String(text)) || port > 65_535)
    throw new UserError(`--${name} is no port: ${String(text)}`, 'A port is 0 (any free one) to 65535.')
  return port
}
