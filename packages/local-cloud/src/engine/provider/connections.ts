/**
 * Finds the provider configuration that a call belongs to. The engine opens a connection for each provider of a program, and sends the
 * configuration once at its beginning. So the configuration is kept by the connection's peer address.
 */
import { AwsError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { openProvider, type Provider } from '../configured-provider.ts'
import type { ProviderCloud } from './provider-cloud.ts'

interface Connection {
  readonly programDirectory: string
  readonly cancelled: AbortController
  readonly provider?: Provider
}

export class Connections {
  readonly #cloud: ProviderCloud
  readonly #byPeer = new Map<string, Connection>()

  constructor(cloud: ProviderCloud) {
    this.#cloud = cloud
  }

  /** A new connection: an earlier one with the same peer address has ended. */
  opened(peer: string, told?: string): void {
    const programDirectory = told ?? this.#cloud.programDirectory ?? process.cwd()
    this.#byPeer.set(peer, { programDirectory, cancelled: new AbortController() })
  }

  /** @throws AwsError if a role cannot be assumed, or if the account is not allowed. */
  async configure(peer: string, inputs: Properties): Promise<void> {
    const { ledger, organization, authorize } = this.#cloud
    const provider = await openProvider({ ledger, organization, ...(authorize && { authorize }) }, inputs)
    this.#byPeer.set(peer, { ...this.#of(peer), provider })
  }

  /** The engine was interrupted: waits on this connection end, but not those of other connections. */
  cancel(peer: string): void {
    this.#of(peer).cancelled.abort()
  }

  provider(peer: string): Provider {
    const { provider } = this.#of(peer)
    if (!provider) throw new AwsError('ProviderNotConfigured', 'the provider was not configured on this connection')
    return provider
  }

  programDirectory(peer: string): string {
    return this.#of(peer).programDirectory
  }

  cancelled(peer: string): AbortSignal {
    return this.#of(peer).cancelled.signal
  }

  #of(peer: string): Connection {
    if (!this.#byPeer.has(peer)) this.opened(peer)
    return this.#byPeer.get(peer) as Connection
  }
}
