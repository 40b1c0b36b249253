/** The endpoints of the hub's identity provider that a sign-in needs. */
import type { Agent } from 'node:https'

export interface SignInServer {
  /** The provider's name in messages. */
  readonly name: string
  readonly clientId: string
  /**
   * For the user pool: the provider to which it sends people on (`identity_provider`).
   * @default the user pool's own page
   */
  readonly provider?: string
  /** Scopes, separated by spaces. */
  readonly scope: string
  /** The address that a browser opens. */
  readonly authorizationEndpoint: string
  /** The address that the command itself calls. */
  readonly tokenEndpoint: string
  /** For a sign-in on another device (RFC 8628); absent if the provider does not support it. */
  readonly deviceEndpoint?: string
  /**
   * Which token is sent to the gateway.
   * @default the ID token
   */
  readonly token?: 'id' | 'access'
  /** `iss` of its tokens, if it is known beforehand. */
  readonly issuer?: string
  /** For the local cloud; absent for the internet. */
  readonly agent?: Agent
}
