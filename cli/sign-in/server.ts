/** The endpoints of the hub's identity provider that a sign-in needs. */
import type { Agent } from 'node:https'

export interface SignInServer {
  /** How messages name it. */
  readonly name: string
  readonly clientId: string
  /** Of the user pool's: where it sends people on to (`identity_provider`). @default its own page */
  readonly provider?: string
  /** Words with spaces between them. */
  readonly scope: string
  /** Where a browser goes. */
  readonly authorizationEndpoint: string
  /** Called by the command itself. */
  readonly tokenEndpoint: string
  /** For a sign-in on another machine (RFC 8628); absent where the provider has none. */
  readonly deviceEndpoint?: string
  /** Which of the tokens the gateway is given. @default the ID token */
  readonly token?: 'id' | 'access'
  /** `iss` of its tokens, where it is known before. */
  readonly issuer?: string
  /** For the local cloud; absent for the internet. */
  readonly agent?: Agent
}
