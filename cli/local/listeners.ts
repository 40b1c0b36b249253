/** Opens declared listeners on ports of this machine when they are made, and closes them when they are deleted. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Change, Declared } from '@genai/local-cloud/ledger/ledger'
import type { Origin } from '@genai/local-cloud/network/path'
import { messageOf } from '../verb.ts'
import type { Ports } from './gateway-ports.ts'

const LISTENER = 'aws:lb/listener:Listener'

export interface FollowedListeners {
  /** Port of the listener that has the tenants' rules: HTTPS, or HTTP if there is no other. `undefined` while there is none. */
  url(): string | undefined
  close(): Promise<void>
}

export interface FollowOptions {
  readonly from: Origin
  readonly ports: Ports
  /** Called when a port opens or closes, and when one cannot be opened, because a deployment does not fail for that reason. */
  readonly say: (line: string) => void
}

interface Opened {
  readonly port: number
  readonly protocol: string
  close(): Promise<void>
}

export async function followListeners(
  cloud: LocalCloud,
  { from, ports, say }: FollowOptions,
): Promise<FollowedListeners> {
  const opened = new Map<string, Opened>()

  async function open({ outputs }: Declared): Promise<void> {
    const arn = String(outputs.arn)
    const protocol = String(outputs.protocol)
    // TCP is forwarded to a load balancer, which has its own listeners.
    if (opened.has(arn) || protocol === 'TCP') return
    const wanted = protocol === 'HTTPS' ? ports.https : ports.http
    try {
      const { port, close } = await cloud.loadBalancer.open(from, arn, wanted)
      opened.set(arn, { port, protocol, close })
      say(`${protocol} listener open at ${urlOf({ port, protocol })}`)
    } catch (cause) {
      const flag = protocol === 'HTTPS' ? '--port' : '--http-port'
      say(`The ${protocol} listener is not open on this machine: ${messageOf(cause)} Start again with another ${flag}.`)
    }
  }

  async function close(arn: string): Promise<void> {
    const listener = opened.get(arn)
    if (!listener) return
    opened.delete(arn)
    await listener.close()
    say(`${listener.protocol} listener closed`)
  }

  cloud.ledger.onChange(async ({ kind, resource, before }: Change) => {
    if (resource.type !== LISTENER) return
    // A listener that has changed its protocol gets another port.
    if (kind === 'deleted' || before?.outputs.protocol !== resource.outputs.protocol)
      await close(String(resource.outputs.arn))
    if (kind !== 'deleted') await open(resource)
  })
  for (const listener of cloud.ledger.all(LISTENER)) await open(listener)

  return {
    url() {
      const all = [...opened.values()]
      const main = all.find(({ protocol }) => protocol === 'HTTPS') ?? all[0]
      return main && urlOf(main)
    },
    close: async () => void (await Promise.all([...opened.values()].map((listener) => listener.close()))),
  }
}

const urlOf = ({ port, protocol }: Pick<Opened, 'port' | 'protocol'>) => `${protocol.toLowerCase()}://localhost:${port}`
