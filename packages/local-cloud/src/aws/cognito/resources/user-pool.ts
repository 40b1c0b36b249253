/** `aws.cognito.UserPool`. */
import { AwsError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { canonical } from '../../../resource/declare.ts'
import {
  call,
  changed,
  later,
  lifeCycle,
  newTags,
  ownTags,
  resourceTags,
  retag,
  when,
} from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, number, object, objects, requireOwn, text, texts } from '../../../resource/values.ts'

export const USER_POOL = 'aws:cognito/userPool:UserPool'

const CUSTOM_ATTRIBUTES = 50

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const userPool: ResourceType = {
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
  // Deleting a pool deletes its clients and groups.
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
  refuseDelete({ id, outputs }, ledger) {
    if (outputs.deletionProtection === 'ACTIVE')
      throw invalid(
        'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
      )
    if (ledger.all('aws:cognito/userPoolDomain:UserPoolDomain').some((one) => one.outputs.userPoolId === id))
      throw invalid('User pool cannot be deleted. It has a domain configured that should be deleted first.')
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
  permissions: lifeCycle((situation, { outputs }) => {
    const poolArn = known(outputs, 'arn')
    const on = (action: string, context = {}) =>
      call(`cognito-idp:${action}`, poolArn, { ...ownTags(situation), ...context })
    const second =
      object(situation.inputs, 'softwareTokenMfaConfiguration') !== undefined || changed(situation, 'mfaConfiguration')
    return {
      create: [
        call('cognito-idp:CreateUserPool', '*', newTags(situation)),
        on('TagResource', newTags(situation)),
        ...when(second, ...later(['mfaConfiguration', 'softwareTokenMfaConfiguration'], on('SetUserPoolMfaConfig'))),
      ],
      read: [on('DescribeUserPool'), on('GetUserPoolMfaConfig')],
      update: [
        ...when(changed(situation, 'schemas'), on('AddCustomAttributes')),
        ...when(second, on('SetUserPoolMfaConfig')),
        on('UpdateUserPool'),
        ...retag(situation, { add: 'cognito-idp:TagResource', remove: 'cognito-idp:UntagResource' }, poolArn),
      ],
      delete: [on('DeleteUserPool')],
    }
  }),
}

function refusePasswordPolicy(policy: Properties): void {
  const length = number(policy, 'minimumLength') ?? 8
  if (length < 6 || length > 99)
    throw invalid(
      `1 validation error detected: Value '${length}' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value between 6 and 99`,
    )
}

/** An attribute can be added, but never changed or removed. */
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

export const STANDARD_ATTRIBUTES = [
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

export const requirePool = (situation: Situation) => {
  const id = known(situation.inputs, 'userPoolId')
  return requireOwn(situation, USER_POOL, id, 'ResourceNotFoundException', `User pool ${id} does not exist.`)
}

export function poolOf(situation: Situation) {
  const poolId = known(situation.inputs, 'userPoolId')
  const tags = resourceTags(situation.ledger.find('aws:cognito/userPool:UserPool', poolId)?.outputs)
  return (action: string) => [call(`cognito-idp:${action}`, arn(situation, 'cognito-idp', `userpool/${poolId}`), tags)]
}
