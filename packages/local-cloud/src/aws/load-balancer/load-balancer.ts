/** Application Load Balancers that the ledger declares, on local sockets. */

import type { Effect } from '../../ledger/ledger.ts'
import type { Origin, Path, Reach, Refusal } from '../../network/path.ts'
import type { Telling } from '../../observer.ts'
import type { Authority } from '../../wire/authority.ts'
import type { Surroundings } from '../../wire/service.ts'
import { namesOfCertificate } from '../acm/resources/certificate.ts'
import type { Lambda } from '../lambda/lambda.ts'
import { Firewall } from '../wafv2/firewall.ts'
import { AccessLogs } from './access-log.ts'
import { type Binding, readBinding, readListener } from './declared/listener.ts'
import { type KeySetOptions, KeySets } from './jwt-validation/key-sets.ts'
import { type ListenerPort, openListenerPort } from './listener-port.ts'
import { type LoadBalancerEvent, type ServeOptions, serve } from './serve.ts'
import type { Targets } from './targets.ts'

export type { LoadBalancerEvent } from './serve.ts'

export interface LoadBalancerOptions {
  readonly surroundings: Surroundings
  readonly lambda: Pick<Lambda, 'invoke'>
  readonly targets: Targets
  /**
   * Whether the connection to a target at an address ends when the client leaves. AWS does not document it.
   * @default false: it stays
   */
  readonly targetSeesClientLeave?: boolean
  /**
   * Whether the list in a token must be exactly the `string-array` of a rule. AWS does not document it.
   * @default false: the token's list may have other values too
   */
  readonly listsMatchWhole?: boolean
  readonly wire: KeySetOptions['wire']
  readonly authority: Pick<Authority, 'issue'>
  readonly reach: Reach
  /**
   * How many lines of each access log are kept in memory.
   * @default 10,000
   */
  readonly logLines?: number
  /** The directory of access logs, one file for each bucket. Without it they are in memory only. */
  readonly directory?: string
  readonly observe?: (event: LoadBalancerEvent) => void
  /** @default no observers */
  readonly observers?: Telling
  /**
   * Called for errors of the stand-in itself.
   * @default prints to standard error
   */
  readonly onFault?: (error: unknown) => void
}

export interface LoadBalancerService {
  /**
   * Opens a socket on 127.0.0.1 for clients at the place `from`, such as a laptop or an instance.
   * @param port any free port if it is absent
   * @param host the name that the clients call; the load balancer's own if it is absent
   * @throws AwsError for a listener that is not declared; UnsupportedError if it declares something that is not supported; Error for a port in
   * use
   */
  open(from: Origin, listenerArn: string, port?: number, host?: string): Promise<ListenerPort>
  /** The access log of a load balancer that declares one, in AWS's format. */
  accessLog(loadBalancerArn: string): readonly string[]
  /** Prevents the deletion of a bucket with logs. */
  readonly effect: Effect
  close(): Promise<void>
}

export function createLoadBalancer(options: LoadBalancerOptions): LoadBalancerService {
  const { surroundings, wire, authority, reach } = options
  const { ledger, organization, now } = surroundings
  const keySets = new KeySets({ wire, now, version: () => ledger.version })
  const firewall = new Firewall(ledger)
  const accessLogs = new AccessLogs(options.logLines, options.directory)
  const open = new Set<
    ListenerPort & { readonly place: string; readonly balancer: string; readonly declared: number }
  >()
  const onFault = options.onFault ?? ((error: unknown) => console.error('load balancer:', error))

  return {
    async open(from, listenerArn, port = 0, host) {
      const { balancer, port: declared, tls } = readListener(ledger, listenerArn)
      const protocol = tls ? ('https' as const) : ('http' as const)
      firewall.check(balancer.arn)
      const place = JSON.stringify(from)
      const serving: ServeOptions = {
        ...options,
        targetSeesClientLeave: options.targetSeesClientLeave ?? false,
        listsMatchWhole: options.listsMatchWhole ?? false,
        keySets,
        firewall,
        accessLogs,
        onFault,
        localPort: (wanted) =>
          [...open].find((one) => one.place === place && one.balancer === balancer.arn && one.declared === wanted)
            ?.port,
      }
      const opened = await openListenerPort({
        port,
        authority,
        onFault,
        listener: () => readBinding(ledger, listenerArn),
        lookUp: (listener) => {
          const found = reach(ledger, from, host ?? listener.balancer.dnsName, listener.port)
          return host === undefined ? found : arrivesAt(listener, found)
        },
        certificateNames: (arn) => namesOfCertificate(ledger, organization, arn),
        async serve(listener, path, remotePort, incoming, outgoing) {
          try {
            const client = { address: addressOf(path), port: remotePort, protocol }
            await serve(serving, listener, { client, path }, incoming, outgoing)
          } catch (error) {
            onFault(error)
            outgoing.destroy()
          }
        },
      })
      const handle = {
        place,
        balancer: balancer.arn,
        declared,
        port: opened.port,
        async close() {
          open.delete(handle)
          await opened.close()
        },
      }
      open.add(handle)
      return handle
    },
    accessLog: (loadBalancerArn) => accessLogs.of(loadBalancerArn),
    effect: accessLogs.effect,
    async close() {
      await Promise.all([...open].map((port) => port.close()))
      await accessLogs.close()
    },
  }
}

/** The client's address, which the load balancer limits, logs and forwards. */
function addressOf({ target }: Path): string {
  if (target.kind !== 'loadBalancer') throw new Error(`The path ends at a ${target.kind}, not at a load balancer.`)
  return target.seenAs
}

/** Whether the name leads to this load balancer. */
function arrivesAt({ balancer, port }: Binding, found: Path | Refusal): Path | Refusal {
  if (!found.reachable) return found
  const { target, hops } = found
  if (target.kind === 'loadBalancer' && target.arn === balancer.arn && target.port === port) return found
  const reason = `The name leads to another ${target.kind} than ${balancer.arn}, port ${port}`
  return { reachable: false, shows: 'timeout', layer: 'dns', reason, hops }
}
