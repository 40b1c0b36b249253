/** User pools and their clients as they are declared; what they hold (users, keys, sessions) is in pool-data.ts. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Declared, LedgerView, Properties, Value } from '../../ledger/ledger.ts'
import { type AttributeSchema, attributeSchemas, isCustom } from './attributes.ts'
import { providerGroup, providersOf } from './resources/identity-provider.ts'

export const USER_POOL = 'aws:cognito/userPool:UserPool'
export const USER_POOL_CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'
export const USER_GROUP = 'aws:cognito/userGroup:UserGroup'

export interface PasswordPolicy {
  readonly minimumLength: number
  readonly requireLowercase: boolean
  readonly requireUppercase: boolean
  readonly requireNumbers: boolean
  readonly requireSymbols: boolean
  readonly temporaryPasswordDays: number
}

export interface UserPool {
  readonly id: string
  readonly arn: string
  readonly account: string
  readonly region: string
  /** The claim `iss` of its tokens. */
  readonly issuer: string
  /** Users sign in with their e-mail address; the user name is then their `sub`. */
  readonly signInByEmail: boolean
  readonly caseSensitive: boolean
  readonly passwordPolicy: PasswordPolicy
  readonly onlyAdministratorsCreateUsers: boolean
  readonly attributes: ReadonlyMap<string, AttributeSchema>
  /** Who must show a second factor: nobody, users who have set one up, or everybody. */
  readonly mfa: 'OFF' | 'OPTIONAL' | 'ON'
}

export interface UserPoolClient {
  readonly id: string
  readonly userPoolId: string
  readonly secret?: string
  /** Named `ALLOW_…`. */
  readonly flows: ReadonlySet<string>
  readonly accessTokenSeconds: number
  readonly idTokenSeconds: number
  readonly refreshTokenSeconds: number
  readonly challengeSeconds: number
  readonly canRead: (attribute: string) => boolean
  readonly canWrite: (attribute: string) => boolean
  /** Whether an unknown user gets the same answer as a wrong password. */
  readonly hidesUsers: boolean
  readonly revocable: boolean
  /** What the client may request at the pool's domain; absent for a client that signs in through the API only. */
  readonly oauth?: OauthClient
}

export interface OauthClient {
  readonly scopes: readonly string[]
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
  /** Whether the pool's own users sign in with this client. A client without any provider has no sign-in page. */
  readonly ownUsers: boolean
  /** The names of other providers that people may sign in at with this client. */
  readonly providers: readonly string[]
}

export interface UserGroup {
  readonly name: string
  readonly description?: string
  readonly precedence: number
  readonly roleArn?: string
}

export function findPool(
  ledger: LedgerView,
  id: string,
  where: { readonly region: string; readonly account?: string },
): UserPool {
  const declared = ledger.find(USER_POOL, id)
  if (
    !declared ||
    declared.region !== where.region ||
    (where.account !== undefined && declared.account !== where.account)
  )
    throw new AwsError('ResourceNotFoundException', `User pool ${id} does not exist.`)
  return readPool(declared)
}

export function findClient(ledger: LedgerView, id: string, region: string): UserPoolClient {
  const declared = ledger.find(USER_POOL_CLIENT, id)
  if (declared?.region !== region)
    throw new AwsError('ResourceNotFoundException', `User pool client ${id} does not exist.`)
  return readClient(declared)
}

/** The declared groups, and those that Cognito makes for providers. As in `cognito:groups`, those with the smallest precedence come first. */
export function groupsOf(ledger: LedgerView, poolId: string): readonly UserGroup[] {
  const ofProviders = providersOf(ledger, poolId).map(({ name }) => ({
    name: providerGroup(poolId, name),
    precedence: Number.MAX_SAFE_INTEGER,
  }))
  const declared = ledger
    .all(USER_GROUP)
    .filter(({ outputs }) => outputs.userPoolId === poolId)
    .map(({ outputs: { name, description, precedence, roleArn } }) => ({
      name: String(name),
      ...(typeof description === 'string' && { description }),
      ...(typeof roleArn === 'string' && { roleArn }),
      precedence: number(precedence, Number.MAX_SAFE_INTEGER),
    }))
  return [...declared, ...ofProviders].sort((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1))
}

function readPool({ id, account, region, outputs }: Declared): UserPool {
  refuseUnsupported(outputs)
  const policy = object(outputs.passwordPolicy)
  // A pool without a password policy gets Cognito's default, which requires all kinds of characters. A declared policy requires only what it
  // states.
  const requires = (rule: string) => (policy ? policy[rule] === true : true)
  return {
    id,
    account,
    region,
    arn: `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`,
    issuer: `https://cognito-idp.${region}.amazonaws.com/${id}`,
    signInByEmail: list(outputs.usernameAttributes).includes('email'),
    caseSensitive: object(outputs.usernameConfiguration)?.caseSensitive === true,
    passwordPolicy: {
      minimumLength: number(policy?.minimumLength, 8),
      requireLowercase: requires('requireLowercase'),
      requireUppercase: requires('requireUppercase'),
      requireNumbers: requires('requireNumbers'),
      requireSymbols: requires('requireSymbols'),
      temporaryPasswordDays: number(policy?.temporaryPasswordValidityDays, 7),
    },
    onlyAdministratorsCreateUsers: object(outputs.adminCreateUserConfig)?.allowAdminCreateUserOnly === true,
    attributes: attributeSchemas(list(outputs.schemas)),
    mfa: MFA.find((one) => one === outputs.mfaConfiguration) ?? 'OFF',
  }
}

const MFA = ['OFF', 'OPTIONAL', 'ON'] as const

/** Refuses inputs that would change who may sign in, and that this service does not support. */
function refuseUnsupported(outputs: Properties): void {
  const features: readonly [string, boolean][] = [
    ['lambdaConfig', Object.keys(object(outputs.lambdaConfig) ?? {}).length > 0],
    ['aliasAttributes', list(outputs.aliasAttributes).length > 0],
    ["'phone_number' in usernameAttributes", list(outputs.usernameAttributes).includes('phone_number')],
    ['passwordPolicy.passwordHistorySize', number(object(outputs.passwordPolicy)?.passwordHistorySize, 0) > 0],
    ["advancedSecurityMode 'ENFORCED'", object(outputs.userPoolAddOns)?.advancedSecurityMode === 'ENFORCED'],
  ]
  for (const [feature, declared] of features) if (declared) throw new UnsupportedError(`user pools with ${feature}`)
}

function readClient({ id, outputs }: Declared): UserPoolClient {
  if (object(outputs.refreshTokenRotation)?.feature === 'ENABLED')
    throw new UnsupportedError('user pool clients with refreshTokenRotation')
  const units = object(outputs.tokenValidityUnits) ?? {}
  const flows = list(outputs.explicitAuthFlows).map(String)
  return {
    id,
    userPoolId: String(outputs.userPoolId),
    ...(typeof outputs.clientSecret === 'string' && outputs.clientSecret !== '' && { secret: outputs.clientSecret }),
    flows: new Set(flows.length > 0 ? flows.map(allowed) : DEFAULT_FLOWS),
    accessTokenSeconds: seconds(number(outputs.accessTokenValidity, 0), units.accessToken, 'hours') || 3600,
    idTokenSeconds: seconds(number(outputs.idTokenValidity, 0), units.idToken, 'hours') || 3600,
    refreshTokenSeconds: seconds(number(outputs.refreshTokenValidity, 0), units.refreshToken, 'days') || 30 * 86_400,
    challengeSeconds: number(outputs.authSessionValidity, 3) * 60,
    canRead: namedOrStandard(list(outputs.readAttributes)),
    canWrite: namedOrStandard(list(outputs.writeAttributes)),
    hidesUsers: outputs.preventUserExistenceErrors === 'ENABLED',
    revocable: outputs.enableTokenRevocation !== false,
    ...(outputs.allowedOauthFlowsUserPoolClient === true && {
      oauth: {
        scopes: list(outputs.allowedOauthScopes).map(String),
        callbackUrls: list(outputs.callbackUrls).map(String),
        logoutUrls: list(outputs.logoutUrls).map(String),
        ownUsers: list(outputs.supportedIdentityProviders).includes('COGNITO'),
        providers: list(outputs.supportedIdentityProviders)
          .map(String)
          .filter((name) => name !== 'COGNITO'),
      },
    }),
  }
}

const DEFAULT_FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

/** The names of flows used to have no prefix. */
const allowed = (flow: string) =>
  flow === 'ADMIN_NO_SRP_AUTH' ? 'ALLOW_ADMIN_USER_PASSWORD_AUTH' : flow.replace(/^(?!ALLOW_)/, 'ALLOW_')

/** An app client that names no attributes reads and writes the standard ones only. */
const namedOrStandard = (names: readonly Value[]) => (attribute: string) =>
  names.length > 0 ? names.includes(attribute) : !isCustom(attribute)

const UNITS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }
const seconds = (count: number, unit: Value | undefined, fallback: string) =>
  count * (UNITS[typeof unit === 'string' ? unit : fallback] ?? Number.NaN)

const number = (value: Value | undefined, fallback: number) => (typeof value === 'number' ? value : fallback)
const list = (value: Value | undefined) => (Array.isArray(value) ? (value as readonly Value[]) : [])
const object = (value: Value | undefined): Properties | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : undefined
