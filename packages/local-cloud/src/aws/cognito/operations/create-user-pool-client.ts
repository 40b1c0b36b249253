import { AwsError, UnsupportedError } from '../../../errors.ts'
import { boolean, integer, list, oneOf, required, structure, text } from '../../../wire/protocol/shape.ts'
import { newClientId, newSecret, scopesOf } from '../machine-clients.ts'
import { administrative, POOL_ID } from '../operation.ts'

const UNIT = oneOf('seconds', 'minutes', 'hours', 'days')
const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const

const INPUT = structure({
  UserPoolId: POOL_ID,
  ClientName: required(text({ min: 1, max: 128, pattern: /^[\w\s+=,.@-]+$/ })),
  GenerateSecret: boolean,
  AllowedOAuthFlows: list(oneOf('code', 'implicit', 'client_credentials'), { max: 3 }),
  AllowedOAuthFlowsUserPoolClient: boolean,
  AllowedOAuthScopes: list(text({ min: 1, max: 256 }), { max: 50 }),
  AccessTokenValidity: integer({ min: 1, max: 86_400 }),
  TokenValidityUnits: structure({ AccessToken: UNIT, IdToken: UNIT, RefreshToken: UNIT }),
  ExplicitAuthFlows: list(oneOf('ALLOW_REFRESH_TOKEN_AUTH')),
})

/** Only clients of machines are made by this call: those of users are declared. */
export const createUserPoolClient = administrative(INPUT, async ({ input, pool, data, surroundings, now }) => {
  const { AllowedOAuthFlows: flows = [], AllowedOAuthScopes: scopes = [], AccessTokenValidity = 0 } = input
  if (!flows.includes('client_credentials') || input.AllowedOAuthFlowsUserPoolClient !== true)
    throw new UnsupportedError('cognito-idp:CreateUserPoolClient for anything but client credentials')
  if (flows.length > 1)
    throw new AwsError(
      'InvalidOAuthFlowException',
      'client_credentials flow can not be selected along with code flow or implicit flow.',
    )
  if (input.GenerateSecret !== true)
    throw new AwsError(
      'InvalidOAuthFlowException',
      'client_credentials flow can not be selected if client does not have a client secret.',
    )
  const unknown = scopes.find((scope) => !scopesOf(surroundings.ledger, pool.id).includes(scope))
  if (unknown !== undefined || scopes.length === 0)
    throw new AwsError('ScopeDoesNotExistException', `Scope ${unknown ?? 'of client credentials'} does not exist.`)
  const accessTokenSeconds = AccessTokenValidity * SECONDS[input.TokenValidityUnits?.AccessToken ?? 'hours'] || 3600
  if (accessTokenSeconds < 300 || accessTokenSeconds > 86_400)
    throw new AwsError('InvalidParameterException', 'Invalid range for token validity.')
  const id = newClientId()
  const { value, kept } = newSecret(id, now)
  data.putClient({ id, name: input.ClientName, scopes, accessTokenSeconds, secrets: [kept], createdAt: now })
  return {
    UserPoolClient: {
      ClientId: id,
      ClientName: input.ClientName,
      ClientSecret: value,
      UserPoolId: pool.id,
      AllowedOAuthFlows: flows,
      AllowedOAuthScopes: scopes,
      AllowedOAuthFlowsUserPoolClient: true,
      CreationDate: now,
      LastModifiedDate: now,
    },
  }
})
