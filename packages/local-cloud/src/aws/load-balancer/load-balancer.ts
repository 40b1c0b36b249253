/** Application Load Balancers from the ledger, on local sockets. */

import type { Effect } from '../../ledger/ledger.ts'
import type { Origin, Path, Reach } from '../../network/path.ts'
import type { Telling } from '../../observer.ts'
import type { Authority } from '../../wire/authority.ts'
import type { Surroundings } from '../../wire/service.ts'
import { sourceContext } from '../../wire/wire-source.ts'
import { namesOfCertificate } from '../acm/resources/certificate.ts'
import { networkInterfacesOf } from '../ec2/network-interfaces.ts'
import type { Lambda } from '../lambda/lambda.ts'
import { Firewall } from '../wafv2/firewall.ts'
import { AccessLogs } from './access-log.ts'
import { readBinding, readListener } from './declared/listener.ts'
import { type KeySetOptions, KeySets } from './jwt-validation/key-sets.ts'
import { type ListenerPort, openListenerPort } from './listener-port.ts'
import { type LoadBalancerEvent, type ServeOptions, serve } from './serve.ts'
import type { Targets } from './targets.ts'

export type { LoadBalancerEvent } from './serve.ts'

export interface LoadBalancerOptions {
  readonly surroundings: Surroundings
  readonly lambda: Pick<Lambda, 'invoke'>
  readonly targets: Targets
  /** Whether a client that leaves ends the connection to a target at an address; AWS does not say. @default false: it goes on */
  readonly targetSeesClientLeave?: boolean
  readonly wire: KeySetOptions['wire']
  readonly authority: Pick<Authority, 'issue'>
  readonly reach: Reach
  /** Lines of each access log that are kept in memory. @default 10,000 */
  readonly logLines?: number
  /** Where access logs are written, one file a bucket; without it they are in memory only. */
  readonly directory?: string
  readonly observe?: (event: LoadBalancerEvent) => void
  /** @default nobody watches */
  readonly observers?: Telling
  /** Told of mistakes of the stand-in itself. @default prints to standard error */
  readonly onFault?: (error: unknown) => void
}

export interface LoadBalancerService {
  /**
   * A socket on 127.0.0.1 for clients that are at `from`: a laptop, an instance. Any free port unless one is given.
   * @throws AwsError for a listener that is not declared, UnsupportedError for what it declares that is not there, Error for a
   *   port that is in use
   */
  open(from: Origin, listenerArn: string, port?: number): Promise<ListenerPort>
  /** Access log of a load balancer that declares one, in AWS's format. */
  accessLog(loadBalancerArn: string): readonly string[]
  /** A bucket with logs in it is not deleted. */
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
    async open(from, listenerArn, port = 0) {
      const { balancer, port: declared, tls } = readListener(ledger, listenerArn)
      const protocol = tls ? ('https' as const) : ('http' as const)
      firewall.check(balancer.arn)
      const place = JSON.stringify(from)
      const serving: ServeOptions = {
        ...options,
        targetSeesClientLeave: options.targetSeesClientLeave ?? false,
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
        lookUp: (listener) => reach(ledger, from, listener.balancer.dnsName, listener.port),
        certificateNames: (arn) => namesOfCertificate(ledger, organization, arn),
        async serve(path, remotePort, incoming, outgoing) {
          try {
            const address = sourceAddress(surroundings, from, path)
            const client = { address, port: remotePort, protocol }
            await serve(serving, listenerArn, { client, path }, incoming, outgoing)
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

/** The address that a load balancer sees, and limits, logs and forwards: the public one where the path leaves the VPC. */
function sourceAddress({ ledger }: Surroundings, from: Origin, path: Path): string {
  const seen = sourceContext(ledger, from, path)['aws:SourceIp']
  if (seen !== undefined) return seen
  if (from.kind === 'instance') {
    const instance = ledger.find('aws:ec2/instance:Instance', from.instanceId)
    const [first] = instance ? networkInterfacesOf(instance) : []
    if (first) return first.privateIp
  }
  throw new Error(`No address is known for a client at ${JSON.stringify(from)}.`)
}
