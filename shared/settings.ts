/**
 * The settings of a stack as plain typed values: those of the tables in settings/, and values made of several settings. Only index.ts reads them
 * from `pulumi.Config`; everything else uses these types.
 */
import type {
  CentralModelsSettings,
  CertifiedName,
  Credentials,
  EndpointServiceSettings,
  Listener,
  Sharing,
} from './choices.ts'
import type { Compute } from './compute.ts'
import type { HUB_PARTS, HUB_TABLE } from './settings/hub-table.ts'
import type { Settled, Values } from './settings/setting.ts'
import type { SITE_PARTS, SITE_TABLE } from './settings/site-table.ts'
import type { SPOKE_PARTS, SPOKE_TABLE } from './settings/spoke-table.ts'

export interface HubSettings extends Settled<Omit<Values<typeof HUB_TABLE>, (typeof HUB_PARTS)[number]>> {
  readonly credentials: Credentials
  readonly sharing: Sharing
  readonly listener: Listener
  /**
   * The model endpoint that tenants share.
   * @default none
   */
  readonly centralModels?: CentralModelsSettings
  /**
   * The gateway as an endpoint service.
   * @default none
   */
  readonly endpointService?: EndpointServiceSettings
}

export interface SpokeSettings extends Settled<Omit<Values<typeof SPOKE_TABLE>, (typeof SPOKE_PARTS)[number]>> {
  /**
   * The full name of the hub's stack.
   * @default `${organization}/${project}/hub`
   */
  readonly hubStack: string
  /** For the tenant's account. */
  readonly credentials: Credentials
  /** For the hub's account, from which the onboarding role is assumed. */
  readonly hubCredentials: Credentials
  /** One to three zone ids such as `use1-az1`, each among the hub's; none for a tenant without a network of its own. */
  readonly availabilityZoneIds: readonly string[]
  /** The names that a tenant may use, each with a Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  /** By the name in `models`: the ids that are called, in this order, when Bedrock has no capacity for the one before. */
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  /** By the name in `models`: the most tokens of an answer for callers who set no number. */
  readonly maxTokens?: Readonly<Record<string, number>>
  readonly defaultModel: string
  readonly compute: Compute
}

/** The client: a page for tenants' people, in any account. */
export interface SiteSettings extends Settled<Omit<Values<typeof SITE_TABLE>, (typeof SITE_PARTS)[number]>> {
  /**
   * The full name of the hub's stack.
   * @default `${organization}/${project}/hub`
   */
  readonly hubStack: string
  readonly credentials: Credentials
  /** @default a name that CloudFront chooses */
  readonly domain?: CertifiedName
}

export type Settings = HubSettings | SpokeSettings | SiteSettings
