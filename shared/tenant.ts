/**
 * What a tenant's function is told: its environment, set at deployment, and its items in the tenant table,
 * read while requests are served. `functions/` may import it (CONTRIBUTING.md).
 */
import { createHash } from 'node:crypto'
import type { Limits } from './limits.ts'

/** Letters and digits only, so that an id is safe in a path, a role name, a tag and a table key. */
export const TENANT_ID = /^[a-z][a-z0-9]{1,19}$/

/** Names that callers use for models: short and plain, so that they may be echoed. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/

/** The ID token's claim that names the user's tenant. Written by administrators only. */
export const TENANT_CLAIM = 'custom:tenant_id'

/** The ID token's claim that lists the user's groups: a tenant's users are members of the group `TENANT_ID`. */
export const GROUPS_CLAIM = 'cognito:groups'

/** How a claim holds several values: one text, a list of texts, or words with spaces between them in one text. */
export const CLAIM_FORMATS = ['text', 'list', 'space-separated'] as const
export type ClaimFormat = (typeof CLAIM_FORMATS)[number]

/** How a person's token of an external provider says whose tenant's it is. */
export interface PeopleClaim {
  readonly claim: string
  readonly format: ClaimFormat
  /** The tenant's, in the provider's words. */
  readonly value: string
  /** A list that must hold the value as well. */
  readonly groupsClaim?: string
}

/** Environment variables of a tenant's gateway function; all values are strings, as on Lambda. */
export interface GatewayEnvironment {
  /** The one tenant that this function serves. */
  readonly TENANT_ID: string
  /** Name of the DynamoDB table of tenants, in the function's own region. */
  readonly TABLE_NAME: string
  /** `https://cognito-idp.REGION.amazonaws.com/POOL_ID`, or the external provider's: the `iss` of a token. */
  readonly ISSUER: string
  /** The user pool client's id, or the external provider's audience: the `aud` of a token. */
  readonly CLIENT_ID: string
  /** {@link PeopleClaim} as JSON, of an external provider. Without it, tokens are Cognito's. */
  readonly PEOPLE_CLAIM?: string
  /** The key set as JSON (`{"keys":[…]}`), fixed at deployment. Without it, it is fetched from `ISSUER/.well-known/jwks.json`. */
  readonly KEY_SET?: string
  /** The table that the key sets of issuers are kept in. With it, none is fetched. */
  readonly KEY_SETS_TABLE?: string
  /** The table that requests, tokens and dollars are counted in. Without it, nothing is limited. */
  readonly USAGE_TABLE?: string
}

/** Where the gateway's server listens in a task. */
export const GATEWAY_PORT = 8080

/** How long the load balancer keeps an idle connection: the longest that AWS allows, as a model may think in silence. */
export const LOAD_BALANCER_IDLE_SECONDS = 4_000

/** What the load balancer asks the gateway's server for; no tenant's path begins like this. */
export const HEALTH_PATH = '/-/health'

/** Environment variables of a tenant's task besides the function's. */
export interface TaskEnvironment extends GatewayEnvironment {
  readonly PORT: string
  readonly AWS_REGION: string
  /** Of a request, its answer included. */
  readonly TOTAL_TIMEOUT_SECONDS: string
  /** Node's own. */
  readonly NODE_OPTIONS: string
}

/** Many streams at once are much short-lived memory: smaller steps of collection hold 1,000 slow ones in 230 MB rather than 320. */
export const TASK_NODE_OPTIONS = '--max-semi-space-size=8'

/** Environment variables of the audit function. */
export interface AuditEnvironment {
  /** The log group of the trail. */
  readonly AUDIT_LOG_GROUP: string
  /** Starts the name of every tenant's log group; the rest is the tenant's id. */
  readonly TENANT_LOG_GROUP_PREFIX: string
}

/** Environment variables of the function that fetches key sets. */
export interface KeySetsEnvironment {
  /** The table that it writes, and nobody else. */
  readonly KEY_SETS_TABLE: string
  /** The table of tenants, whose configuration names further issuers. */
  readonly TENANTS_TABLE: string
  /** The hub's own issuer. */
  readonly ISSUER: string
  /** The external provider of people, and where its keys are. */
  readonly IDENTITY_ISSUER?: string
  readonly IDENTITY_JWKS_URI?: string
}

/** Owner of the hub's issuers in the table of key sets; no tenant's id looks like it. */
export const HUB_OWNER = '@hub'

/** Longest time that keys are used after they were fetched, while their issuer is out of reach. */
export const KEY_SETS_USED_FOR_MILLISECONDS = 24 * 3_600_000
/** Between two fetches of an issuer's key set. */
export const KEY_SETS_FETCHED_EVERY_MILLISECONDS = 60_000

/** Key schema of the table of key sets: `tenantId` is a tenant's id or {@link HUB_OWNER}, so that `dynamodb:LeadingKeys` bounds what is read. */
export const KEY_SETS_KEY = { hash: 'tenantId', range: 'issuer' } as const

/** An item of it. */
export interface StoredKeySet {
  readonly tenantId: string
  readonly issuer: string
  /** `{"keys":[…]}`: RSA keys for RS256, and nothing else of what the issuer answered. */
  readonly keySet: string
  /** Epoch milliseconds: when the fetch began. */
  readonly fetchedAt: number
}

/**
 * Key schema of the table: hash key `tenantId`, range key `item`. A tenant is a few items under its id, so that
 * `dynamodb:LeadingKeys` bounds what a function can read, and one `Query` reads all of them.
 */
export const TENANT_KEY = { hash: 'tenantId', range: 'item' } as const

/** Longest time that a warm function uses the items it has read: a change is obeyed after that. */
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
