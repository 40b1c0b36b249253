/**
 * What a tenant's gateway is told: its environment variables, which the deployment sets, and its items in the tenant table, which it reads while
 * it serves. `functions/` may import this file (CONTRIBUTING.md).
 */
import { createHash } from 'node:crypto'
import type { Limits } from './limits.ts'

/** Letters and digits only, so that an id can be used in a path, a role's name, a tag and a table key. */
export const TENANT_ID = /^[a-z][a-z0-9]{1,19}$/

/** Names of models for callers. They are short and plain, so that messages may repeat them. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/

/** The claim with the user's tenant in an ID token. Only administrators can write it. */
export const TENANT_CLAIM = 'custom:tenant_id'

/** The claim with the user's groups in an ID token. A tenant's users are members of the group `TENANT_ID`. */
export const GROUPS_CLAIM = 'cognito:groups'

/** The forms of a claim with several values: one text, a list of texts, or words separated by spaces. */
export const CLAIM_FORMATS = ['text', 'list', 'space-separated'] as const
export type ClaimFormat = (typeof CLAIM_FORMATS)[number]

/** How the token of an external provider shows a person's tenant. */
export interface PeopleClaim {
  readonly claim: string
  readonly format: ClaimFormat
  /** The provider's value for the tenant. */
  readonly value: string
  /** A second list that must contain the value. */
  readonly groupsClaim?: string
}

/** Environment variables of a tenant's gateway function; all values are strings, as on Lambda. */
export interface GatewayEnvironment {
  /** The one tenant that this function serves. */
  readonly TENANT_ID: string
  /** The name of the DynamoDB table of tenants, in the function's own region. */
  readonly TABLE_NAME: string
  /** The claim `iss` of tokens: `https://cognito-idp.REGION.amazonaws.com/POOL_ID`, or the external provider's issuer. */
  readonly ISSUER: string
  /** The claim `aud` of tokens: the user pool client's id, or the external provider's audience. */
  readonly CLIENT_ID: string
  /** {@link PeopleClaim} of an external provider as JSON. Absent: tokens are Cognito's. */
  readonly PEOPLE_CLAIM?: string
  /** The key set as JSON (`{"keys":[…]}`), fixed by the deployment. Absent: it is fetched from `ISSUER/.well-known/jwks.json`. */
  readonly KEY_SET?: string
  /** The table of issuers' key sets. If set, the gateway fetches no key set. */
  readonly KEY_SETS_TABLE?: string
  /** The table of counters. Absent: nothing is limited. */
  readonly USAGE_TABLE?: string
}

/** The port of the gateway's server in a task. */
export const GATEWAY_PORT = 8080

/**
 * How many seconds the load balancer keeps an idle connection: the longest that AWS allows, because a model may think without sending anything.
 */
export const LOAD_BALANCER_IDLE_SECONDS = 4_000

/** The path of the load balancer's health check; no tenant's path begins like this. */
export const HEALTH_PATH = '/-/health'

/** Environment variables of a tenant's task. */
export interface TaskEnvironment extends GatewayEnvironment {
  readonly PORT: string
  readonly AWS_REGION: string
  /** The most seconds of a request with its answer. */
  readonly TOTAL_TIMEOUT_SECONDS: string
  /** Options of Node. */
  readonly NODE_OPTIONS: string
}

/** Many simultaneous streams need much short-lived memory. With this option 1,000 slow streams need 230 MB instead of 320. */
export const TASK_NODE_OPTIONS = '--max-semi-space-size=8'

/** Environment variables of the audit function. */
export interface AuditEnvironment {
  /** The log group of the trail. */
  readonly AUDIT_LOG_GROUP: string
  /** The beginning of the name of every tenant's log group; the tenant's id follows. */
  readonly TENANT_LOG_GROUP_PREFIX: string
}

/** Environment variables of the function that fetches key sets. */
export interface KeySetsEnvironment {
  /** The table that only this function writes. */
  readonly KEY_SETS_TABLE: string
  /** The table of tenants, whose configurations name further issuers. */
  readonly TENANTS_TABLE: string
  /** The hub's own issuer. */
  readonly ISSUER: string
  /** The external provider of people, and the address of its keys. */
  readonly IDENTITY_ISSUER?: string
  readonly IDENTITY_JWKS_URI?: string
}

/** The owner of the hub's own issuers in the table of key sets. No tenant's id has this form. */
export const HUB_OWNER = '@hub'

/** How long keys are used after they were fetched, while their issuer is out of reach. */
export const KEY_SETS_USED_FOR_MILLISECONDS = 24 * 3_600_000
/** The time between two fetches of an issuer's key set. */
export const KEY_SETS_FETCHED_EVERY_MILLISECONDS = 60_000

/**
 * The key schema of the table of key sets. `tenantId` is a tenant's id or {@link HUB_OWNER}, so that `dynamodb:LeadingKeys` can restrict what is
 * read.
 */
export const KEY_SETS_KEY = { hash: 'tenantId', range: 'issuer' } as const

/** An item of the table of key sets. */
export interface StoredKeySet {
  readonly tenantId: string
  readonly issuer: string
  /** `{"keys":[…]}`: only the RSA keys for RS256 of the issuer's answer. */
  readonly keySet: string
  /** The time at which the fetch began, in milliseconds since 1970. */
  readonly fetchedAt: number
}

/**
 * The table's key schema: hash key `tenantId`, range key `item`. A tenant has a few items under its id, so that `dynamodb:LeadingKeys` can
 * restrict what a gateway reads, and one `Query` reads all of them.
 */
export const TENANT_KEY = { hash: 'tenantId', range: 'item' } as const

/** How long a running gateway uses the items that it has read. After that it obeys a change. */
export const ITEMS_USED_FOR_MILLISECONDS = 10_000

/** The name of a tenant's machine issuer. No tenant's id holds a dot, so `/TENANT.NAME/` is no tenant's own path. */
export const MACHINE_NAME = /^[a-z][a-z0-9-]{0,30}$/

/** Tokens that a tenant's machine calls with: all of it must hold, in the load balancer and in the function. */
export interface MachineIssuer {
  /** `iss` of its tokens, in the issuer's very spelling. */
  readonly issuer: string
  /** `aud`. Absent for access tokens of Cognito, which have none: `client_id` binds them. */
  readonly audience?: string
  /** Address of its key set. */
  readonly jwksUri: string
  /** Claims that must be equal; of {@link SPACE_SEPARATED} ones, one of the words, and of {@link LISTS}, one of the texts. */
  readonly claims: Readonly<Record<string, string>>
}

/** The one scope of the hub's own app clients for machines, `genai/invoke`. */
export const MACHINE_SCOPE = { server: 'genai', name: 'invoke' } as const

/** Claims that are lists of texts. */
export const LISTS: readonly string[] = [GROUPS_CLAIM]

/** Claims that are lists of words in one text. */
export const SPACE_SEPARATED: readonly string[] = ['scope', 'scp']

/**
 * `item = 'status'`: made with the tenant's stack and deleted with it; in between only the operator's command writes it. A
 * tenant without one is active.
 */
export interface TenantStatus {
  readonly tenantId: string
  readonly item: 'status'
  readonly status: 'active' | 'suspended'
  /** ISO 8601 time of the last change; absent until there was one. */
  readonly changedAt?: string
}

/**
 * `item = 'limits'`: what the operator allows less than the stack's file. Made empty with the tenant's stack and deleted with it; in
 * between only the operator's command writes it.
 */
export interface TenantLimits {
  readonly tenantId: string
  readonly item: 'limits'
  readonly limits: Limits
  /** ISO 8601 time of the last change; absent until there was one. */
  readonly changedAt?: string
}

/** An item that is made with a stack, and belongs to the operator from then on. */
export type TenantItem = TenantStatus | TenantLimits

/**
 * Identifies a caller, for counters, lists and logs. It is made of issuer and subject: two issuers may use the same subject, and a
 * subject may be an ARN, a name or an address, none of which belongs into a log.
 */
export function callerId(issuer: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
    .slice(0, 32)
}

/**
 * `item = 'blocked'`: callers whose tokens are refused though they are good, written by the operator's command. Absent until there
 * is one; entries past their end mean nothing.
 */
export interface BlockedCallers {
  readonly tenantId: string
  readonly item: 'blocked'
  /** By {@link callerId}. */
  readonly callers: Readonly<Record<string, BlockedCaller>>
}

export interface BlockedCaller {
  readonly issuer: string
  readonly subject: string
  /** Seconds since 1970: tokens that were out when the caller was blocked have ended by then. */
  readonly until: number
}
