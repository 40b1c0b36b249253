/** `aws.cognito`: user pools, their clients and groups. Users and sessions are data, in services/cognito. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { canonical } from '../../resource/declare.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import {
  arn,
  autoName,
  known,
  number,
  object,
  objects,
  others,
  requireOwn,
  text,
  texts,
} from '../../resource/values.ts'

export const USER_POOL = 'aws:cognito/userPool:UserPool'
export const USER_POOL_CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'
export const USER_GROUP = 'aws:cognito/userGroup:UserGroup'

const CUSTOM_ATTRIBUTES = 50
const invalid = (message: string) => new AwsError('InvalidParameterException', message)

const pool: ResourceType = {
  type: USER_POOL,
  inputs: [
    'name',
    'aliasAttributes',
    'usernameAttributes',
    'usernameConfiguration.caseSensitive',
    'autoVerifiedAttributes',
    'adminCreateUserConfig.allowAdminCreateUserOnly',
    'adminCreateUserConfig.inviteMessageTemplate.emailMessage',
    'adminCreateUserConfig.inviteMessageTemplate.emailSubject',
    'adminCreateUserConfig.inviteMessageTemplate.smsMessage',
    'accountRecoverySetting.recoveryMechanisms.name',
    'accountRecoverySetting.recoveryMechanisms.priority',
    'deletionProtection',
    'emailConfiguration.emailSendingAccount',
    'mfaConfiguration',
    'softwareTokenMfaConfiguration.enabled',
    'passwordPolicy.minimumLength',
    'passwordPolicy.requireLowercase',
    'passwordPolicy.requireUppercase',
    'passwordPolicy.requireNumbers',
    'passwordPolicy.requireSymbols',
    'passwordPolicy.temporaryPasswordValidityDays',
    'passwordPolicy.passwordHistorySize',
    'schemas.name',
    'schemas.attributeDataType',
    'schemas.mutable',
    'schemas.required',
    'schemas.developerOnlyAttribute',
    'schemas.stringAttributeConstraints.minLength',
    'schemas.stringAttributeConstraints.maxLength',
    'schemas.numberAttributeConstraints.minValue',
    'schemas.numberAttributeConstraints.maxValue',
    'userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates',
    'userPoolTier',
    'userPoolAddOns.advancedSecurityMode',
    'signInPolicy.allowedFirstAuthFactors',
    'tags',
  ],
  named: 'name',
  replaces: ['name', 'aliasAttributes', 'usernameAttributes', 'usernameConfiguration'],
  defaults: { mfaConfiguration: 'OFF', deletionProtection: 'INACTIVE' },
  // Clients and groups go with their pool.
  heldThrough: [],
  refuse(situation) {
    const { inputs, current } = situation
    if (texts(inputs, 'aliasAttributes').length > 0 && texts(inputs, 'usernameAttributes').length > 0)
      throw invalid('Only one of the aliasAttributes or usernameAttributes can be set in a user pool.')
    refusePasswordPolicy(object(inputs, 'passwordPolicy') ?? {})
    refuseSchemas(inputs, current?.inputs)
    const mfa = text(inputs, 'mfaConfiguration') ?? 'OFF'
    if (!['OFF', 'ON', 'OPTIONAL'].includes(mfa))
      throw invalid(`mfaConfiguration must be OFF, ON or OPTIONAL, got ${mfa}`)
    if (mfa !== 'OFF' && object(inputs, 'softwareTokenMfaConfiguration')?.enabled !== true)
      throw invalid('Invalid MFA configuration: at least one factor must be enabled.')
    const protection = text(inputs, 'deletionProtection') ?? 'INACTIVE'
    if (protection !== 'ACTIVE' && protection !== 'INACTIVE')
      throw invalid(`deletionProtection must be ACTIVE or INACTIVE, got ${protection}`)
  },
  refuseDelete({ outputs }) {
    if (outputs.deletionProtection === 'ACTIVE')
      throw invalid(
        'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
      )
  },
  answer(situation) {
    const id = `${situation.region}_${situation.stableToken(9)}`
    const { inputs } = situation
    return {
      id,
      outputs: {
        name: autoName(situation),
        arn: arn(situation, 'cognito-idp', `userpool/${id}`),
        endpoint: `cognito-idp.${situation.region}.amazonaws.com/${id}`,
        mfaConfiguration: text(inputs, 'mfaConfiguration') ?? 'OFF',
        deletionProtection: text(inputs, 'deletionProtection') ?? 'INACTIVE',
        userPoolTier: text(inputs, 'userPoolTier') ?? 'ESSENTIALS',
        customDomain: '',
        domain: '',
        estimatedNumberOfUsers: 0,
      },
    }
  },
}

function refusePasswordPolicy(policy: Properties): void {
  const length = number(policy, 'minimumLength') ?? 8
  if (length < 6 || length > 99)
    throw invalid(
      `1 validation error detected: Value '${length}' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value between 6 and 99`,
    )
}

/** An attribute can be added, never changed or removed. */
function refuseSchemas(inputs: Properties, before: Properties | undefined): void {
  const schemas = objects(inputs, 'schemas')
  const byName = new Map(schemas.map((schema) => [known(schema, 'name'), schema]))
  if (byName.size < schemas.length) throw invalid('Attribute names must be unique.')
  if (schemas.length > CUSTOM_ATTRIBUTES)
    throw invalid(`A user pool has at most ${CUSTOM_ATTRIBUTES} custom attributes.`)
  for (const schema of schemas) {
    const type = known(schema, 'attributeDataType')
    if (!['String', 'Number', 'DateTime', 'Boolean'].includes(type)) throw invalid(`Invalid attributeDataType ${type}`)
    const name = known(schema, 'name')
    if (name.length > 20) throw invalid(`Attribute name ${name} has more than 20 characters.`)
    if (schema.required === true && !STANDARD_ATTRIBUTES.includes(name))
      throw invalid('Required custom attributes are not supported currently.')
  }
  for (const old of before ? objects(before, 'schemas') : []) {
    const kept = byName.get(known(old, 'name'))
    if (!kept || canonical(kept) !== canonical(old))
      throw new AwsError('InvalidSchemaChange', 'cannot modify or remove schema items')
  }
}

const STANDARD_ATTRIBUTES = [
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'updated_at',
  'website',
  'zoneinfo',
]

const FLOWS = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
]

const client: ResourceType = {
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
    if (inputs.allowedOauthFlowsUserPoolClient === true)
      throw new UnsupportedError(`OAuth flows of ${USER_POOL_CLIENT}`)
    if (inputs.generateSecret === true) throw new UnsupportedError(`generateSecret of ${USER_POOL_CLIENT}`)
    const providers = texts(inputs, 'supportedIdentityProviders').filter((one) => one !== 'COGNITO')
    if (providers.length > 0) throw invalid(`The provider ${providers[0]} does not exist for User Pool ${userPool.id}`)
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

const requirePool = (situation: Situation) => {
  const id = known(situation.inputs, 'userPoolId')
  return requireOwn(situation, USER_POOL, id, 'ResourceNotFoundException', `User pool ${id} does not exist.`)
}

const group: ResourceType = {
  type: USER_GROUP,
  inputs: ['name', 'userPoolId', 'description', 'precedence', 'roleArn'],
  required: ['userPoolId'],
  named: 'name',
  replaces: ['name', 'userPoolId'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const userPool = requirePool(situation)
    const name = autoName(situation)
    const taken = others(situation, USER_GROUP, ['name', name]).some((other) => other.inputs.userPoolId === userPool.id)
    if (taken) throw new AwsError('GroupExistsException', 'A group with the name already exists.')
    if (name.length > 128 || /\s/.test(name)) throw invalid(`Invalid group name '${name}'`)
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: `${known(situation.inputs, 'userPoolId')}/${name}`, outputs: { name } }
  },
}

export const cognito: readonly ResourceType[] = [pool, client, group]
