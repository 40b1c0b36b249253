/** `aws.cognito.UserPoolClient`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { autoName, known, number, object, objects, text, texts } from '../../../resource/values.ts'
import { scopesOf } from '../machine-clients.ts'
import { providersOf } from './identity-provider.ts'
import { poolOf, requirePool, STANDARD_ATTRIBUTES } from './user-pool.ts'

export const USER_POOL_CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

const FLOWS = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
]

export const userPoolClient: ResourceType = {
  type: USER_POOL_CLIENT,
  inputs: [
    'name',
    'userPoolId',
    'generateSecret',
    'explicitAuthFlows',
    'readAttributes',
    'writeAttributes',
    'accessTokenValidity',
    'idTokenValidity',
    'refreshTokenValidity',
    'tokenValidityUnits.accessToken',
    'tokenValidityUnits.idToken',
    'tokenValidityUnits.refreshToken',
    'authSessionValidity',
    'enableTokenRevocation',
    'preventUserExistenceErrors',
    'refreshTokenRotation.feature',
    'refreshTokenRotation.retryGracePeriodSeconds',
    'supportedIdentityProviders',
    'allowedOauthFlowsUserPoolClient',
    'allowedOauthFlows',
    'allowedOauthScopes',
    'callbackUrls',
    'logoutUrls',
  ],
  required: ['userPoolId'],
  named: 'name',
  replaces: ['userPoolId', 'generateSecret'],
  defaults: { authSessionValidity: 3 },
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const userPool = requirePool(situation)
    refuseOauth(situation, userPool.id)
    if (inputs.generateSecret === true) throw new UnsupportedError(`generateSecret of ${USER_POOL_CLIENT}`)
    const there = ['COGNITO', ...providersOf(situation.ledger, userPool.id).map(({ name }) => name)]
    const missing = texts(inputs, 'supportedIdentityProviders').find((one) => !there.includes(one))
    if (missing !== undefined) throw invalid(`The provider ${missing} does not exist for User Pool ${userPool.id}`)
    for (const flow of texts(inputs, 'explicitAuthFlows'))
      if (!FLOWS.includes(flow)) throw invalid(`'${flow}' at 'explicitAuthFlows' must be one of ${FLOWS.join(', ')}`)
    const custom = objects(userPool.inputs, 'schemas').map((schema) => known(schema, 'name'))
    for (const list of ['readAttributes', 'writeAttributes'])
      for (const attribute of texts(inputs, list)) {
        const exists = attribute.startsWith('custom:')
          ? custom.includes(attribute.slice('custom:'.length))
          : [...STANDARD_ATTRIBUTES, 'email_verified', 'phone_number_verified'].includes(attribute)
        if (!exists) throw invalid(`Invalid ${list} specified while creating a client: ${attribute}`)
      }
    refuseValidity(inputs)
  },
  answer(situation) {
    const digits = BigInt(`0x${situation.stableToken(32)}`).toString(36)
    return {
      id: digits.padStart(26, '0').slice(0, 26),
      outputs: {
        name: autoName(situation),
        clientSecret: '',
        enableTokenRevocation: situation.inputs.enableTokenRevocation ?? true,
        authSessionValidity: number(situation.inputs, 'authSessionValidity') ?? 3,
      },
    }
  },
  permissions: lifeCycle((situation) => {
    const on = poolOf(situation)
    return {
      create: on('CreateUserPoolClient'),
      read: on('DescribeUserPoolClient'),
      update: on('UpdateUserPoolClient'),
      delete: on('DeleteUserPoolClient'),
    }
  }),
  importId: {
    format: 'USERPOOL/CLIENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ id, outputs }) => [`${idPart(outputs, 'userPoolId')}/${id}`],
  },
}

const OAUTH = ['allowedOauthFlows', 'allowedOauthScopes', 'callbackUrls', 'logoutUrls']
/** The scopes that Cognito defines. All others belong to resource servers. */
export const OIDC_SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']
const MOST_URLS = 100
const LOCALHOST = ['localhost', '127.0.0.1', '[::1]']

function refuseOauth({ inputs, ledger }: Situation, poolId: string): void {
  const given = OAUTH.find((name) => texts(inputs, name).length > 0)
  if (inputs.allowedOauthFlowsUserPoolClient !== true) {
    if (given !== undefined) throw invalid(`${given} is set, but allowedOauthFlowsUserPoolClient is not true.`)
    return
  }
  const flows = texts(inputs, 'allowedOauthFlows')
  for (const flow of flows) {
    if (flow === 'implicit' || flow === 'client_credentials')
      throw new UnsupportedError(`the OAuth flow ${flow} of ${USER_POOL_CLIENT}`)
    if (flow !== 'code')
      throw invalid(`'${flow}' at 'allowedOAuthFlows' must be one of code, implicit, client_credentials`)
  }
  const scopes = texts(inputs, 'allowedOauthScopes')
  if (flows.length === 0 || scopes.length === 0 || texts(inputs, 'callbackUrls').length === 0)
    throw invalid('OAuth of an app client takes a flow, a scope and a callback URL at least.')
  const unknown = scopes.find((scope) => !OIDC_SCOPES.includes(scope) && !scopesOf(ledger, poolId).includes(scope))
  if (unknown !== undefined) throw new AwsError('ScopeDoesNotExistException', `${unknown} does not exist.`)
  if (!scopes.includes('openid') && scopes.some((scope) => ['email', 'phone', 'profile'].includes(scope)))
    throw invalid('The scopes phone, email and profile can only be requested with openid.')
  for (const name of ['callbackUrls', 'logoutUrls']) refuseUrls(texts(inputs, name), name)
}

function refuseUrls(urls: readonly string[], name: string): void {
  if (urls.length > MOST_URLS) throw invalid(`${name} has ${urls.length} URLs, and may have ${MOST_URLS}.`)
  for (const given of urls) {
    if (!URL.canParse(given) || given.includes('#'))
      throw invalid(`${given} at ${name} is no absolute URL without a fragment.`)
    const { protocol, hostname } = new URL(given)
    if (protocol === 'http:' && !LOCALHOST.includes(hostname)) throw invalid(`${given} cannot use the HTTP protocol.`)
  }
}

const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

function refuseValidity(inputs: Properties): void {
  const units = object(inputs, 'tokenValidityUnits') ?? {}
  const limits = [
    ['accessToken', 'hours', 300, 86_400],
    ['idToken', 'hours', 300, 86_400],
    ['refreshToken', 'days', 3600, 315_360_000],
  ] as const
  for (const [token, defaultUnit, least, most] of limits) {
    const value = number(inputs, `${token}Validity`)
    if (value === undefined) continue
    const unit = SECONDS[text(units, token) ?? defaultUnit]
    if (unit === undefined) throw invalid(`Invalid tokenValidityUnits.${token}: ${text(units, token)}`)
    if (value * unit < least || value * unit > most)
      throw invalid(`Invalid range for token validity: ${token} must be between ${least} and ${most} seconds.`)
  }
}
