/** Types of settings that the programs decide by. */

/** Where a provider gets its credentials. `ambient` is the AWS SDK's own chain (environment, SSO, instance role). */
export type Credentials =
  | { readonly kind: 'ambient' }
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly profile?: string }

/** A host name of the gateway or the client, and its certificate. */
export type CertifiedName =
  /** The certificate is made here and validated by DNS records in the hosted zone; the domain name gets an alias record. */
  | { readonly kind: 'hostedZone'; readonly domainName: string; readonly hostedZoneId: string }
  /** A certificate that exists; the user makes the DNS record. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string }

export type Listener =
  | CertifiedName
  /** For demonstrations only: `allowInsecureHttp: true` was set. */
  | { readonly kind: 'insecureHttp' }

export type Sharing =
  /** The ARN of an organisation or organisational unit in which RAM sharing is turned on. */
  | { readonly kind: 'organisation'; readonly arn: string }
  /** Accounts outside the organisation. Each spoke adds its account to the share and accepts the invitation. */
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] }

/** How tenants' gateways get the keys with which tokens are verified. */
export type KeySetVia = (typeof KEY_SET_WAYS)[number]
export const KEY_SET_WAYS = ['endpoint', 'nat', 'inline', 'table'] as const

/** Who must show a code of an authenticator app to the user pool: nobody, users who have set one up, or everybody. */
export type UserPoolMfa = (typeof USER_POOL_MFA)[number]
export const USER_POOL_MFA = ['off', 'optional', 'required'] as const

/** The hub's shared model endpoint. */
export interface CentralModelsSettings {
  /** The models or inference profiles that may be called through it, by id. */
  readonly modelIds: readonly string[]
  /**
   * The regions to which requests to profiles may go, by geography.
   * @default the regions in the project's list
   */
  readonly modelRegions?: Readonly<Record<string, readonly string[]>>
  /** How many inbound rules its security group may have. Each tenant that shares the endpoint needs one. */
  readonly groupRules: number
}

/** The sink to which tenants' accounts link, to share Bedrock's metrics with the hub's account. */
export type MetricsSink =
  | { readonly kind: 'made' }
  /** AWS allows an account one sink in a region, and this one exists already. */
  | { readonly kind: 'existing'; readonly arn: string }

/** The gateway as an endpoint service. */
export interface EndpointServiceSettings {
  /** The accounts of partners without a spoke, who may ask for a connection. */
  readonly accounts: readonly string[]
}
