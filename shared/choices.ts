/** Choices that settings come to: unions that the programs decide by. */

/** How a provider gets its credentials. `ambient` is the AWS SDK's own chain (environment, SSO, instance role). */
export type Credentials =
  | { readonly kind: 'ambient' }
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly profile?: string }

/** A name that the gateway or the client is called by, and its certificate. */
export type CertifiedName =
  /** Certificate made here and validated by DNS records in the hosted zone; alias record for the domain name. */
  | { readonly kind: 'hostedZone'; readonly domainName: string; readonly hostedZoneId: string }
  /** An existing certificate for the domain name; the DNS record is the user's. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string }

export type Listener =
  | CertifiedName
  /** Demo only: `allowInsecureHttp: true` was typed. */
  | { readonly kind: 'insecureHttp' }

export type Sharing =
  /** ARN of an organisation or organisational unit with RAM sharing turned on. */
  | { readonly kind: 'organisation'; readonly arn: string }
  /** Accounts outside the organisation: each spoke associates itself and accepts the invitation. */
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] }

/** How tenants' functions get the keys that tokens are signed with. */
export type KeySetVia = (typeof KEY_SET_WAYS)[number]
export const KEY_SET_WAYS = ['endpoint', 'nat', 'inline', 'table'] as const

/** Whether the user pool asks for a code of an authenticator app: of nobody, of whoever has set one up, of everybody. */
export type UserPoolMfa = (typeof USER_POOL_MFA)[number]
export const USER_POOL_MFA = ['off', 'optional', 'required'] as const

/** The model endpoint of the hub. */
export interface CentralModelsSettings {
  /** Model or inference profile ids that may be called through it. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography. @default the list's */
  readonly modelRegions?: Readonly<Record<string, readonly string[]>>
  /** Inbound rules that its security group may have: one for each tenant that shares it. */
  readonly groupRules: number
}

/** Where tenants' accounts share Bedrock's metrics with the hub's. */
export type MetricsSink =
  | { readonly kind: 'made' }
  /** AWS allows an account one sink in a region: somebody has made it before. */
  | { readonly kind: 'existing'; readonly arn: string }

/** The gateway as an endpoint service. */
export interface EndpointServiceSettings {
  /** Of partners without a spoke, who may ask to be connected. */
  readonly accounts: readonly string[]
}
