/** `aws.dynamodb.Table`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, changed, later, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, flag, known, number, object, objects, others, text } from '../../../resource/values.ts'

export const TABLE = 'aws:dynamodb/table:Table'

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/

const validation = (message: string) => new AwsError('ValidationException', message)

export const table: ResourceType = {
  type: TABLE,
  inputs: [
    'name',
    'billingMode',
    'hashKey',
    'rangeKey',
    'attributes.name',
    'attributes.type',
    'ttl.attributeName',
    'ttl.enabled',
    'pointInTimeRecovery.enabled',
    'pointInTimeRecovery.recoveryPeriodInDays',
    'serverSideEncryption.enabled',
    'serverSideEncryption.kmsKeyArn',
    'deletionProtectionEnabled',
    'tableClass',
    'tags',
  ],
  required: ['attributes', 'hashKey'],
  named: 'name',
  replaces: ['name', 'hashKey', 'rangeKey'],
  defaults: { billingMode: 'PROVISIONED', tableClass: 'STANDARD', deletionProtectionEnabled: false },
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const name = autoName(situation)
    if (!NAME.test(name))
      throw validation(
        `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+, with a length of 3 to 255`,
      )
    if (others(situation, TABLE).some(({ outputs }) => outputs.name === name))
      throw new AwsError('ResourceInUseException', `Table already exists: ${name}`)
    const mode = text(inputs, 'billingMode') ?? 'PROVISIONED'
    if (mode !== 'PAY_PER_REQUEST')
      throw new UnsupportedError(`billingMode "${mode}" of ${TABLE}: use "PAY_PER_REQUEST"`)
    const keys = [known(inputs, 'hashKey'), text(inputs, 'rangeKey')].filter((key) => key !== undefined)
    const attributes = objects(inputs, 'attributes')
    for (const { type } of attributes)
      if (type !== 'S' && type !== 'N' && type !== 'B')
        throw validation(`Member must satisfy enum value set: [B, N, S], got '${String(type)}'`)
    const names = attributes.map(({ name: attribute }) => attribute)
    if (!keys.every((key) => names.includes(key)))
      throw validation(
        'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions.',
      )
    if (names.length !== keys.length)
      throw validation(
        'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
      )
  },
  // The provider turns on both after the table is made.
  afterwards: [
    { inputs: ['ttl'], refuse: refuseTimeToLive },
    { inputs: ['pointInTimeRecovery'], refuse: refuseRecovery },
  ],
  refuseDelete({ outputs }) {
    if (outputs.deletionProtectionEnabled === true)
      throw validation(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. Table: ${outputs.name}`,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    return {
      id: name,
      outputs: {
        name,
        arn: arn(situation, 'dynamodb', `table/${name}`),
        deletionProtectionEnabled: flag(situation.inputs, 'deletionProtectionEnabled') ?? false,
        tableClass: text(situation.inputs, 'tableClass') ?? 'STANDARD',
        streamEnabled: false,
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const tableArn = known(outputs, 'arn')
    const on = (action: string, context = {}) =>
      call(`dynamodb:${action}`, tableArn, { ...ownTags(situation), ...context })
    // The provider compares the key with AWS's own key, which it looks up by its alias.
    const ownKey = call('kms:DescribeKey', arn(situation, 'kms', `key/${situation.stableToken(32, 'aws/dynamodb')}`), {
      'kms:RequestAlias': 'alias/aws/dynamodb',
    })
    const expires = flag(object(situation.inputs, 'ttl') ?? {}, 'enabled') === true
    const recovery = object(situation.inputs, 'pointInTimeRecovery') !== undefined
    return {
      create: [
        on('CreateTable', newTags(situation)),
        on('TagResource', newTags(situation)),
        ...when(expires, ...later(['ttl'], on('UpdateTimeToLive'))),
        ...when(recovery, ...later(['pointInTimeRecovery'], on('UpdateContinuousBackups'))),
      ],
      read: [
        ...['DescribeTable', 'DescribeContinuousBackups', 'DescribeTimeToLive', 'ListTagsOfResource'].map((one) =>
          on(one),
        ),
        ...when(object(situation.inputs, 'serverSideEncryption') !== undefined, ownKey),
      ],
      update: [
        ...when(changed(situation, ...TABLE_CHANGES), on('UpdateTable')),
        ...when(changed(situation, 'ttl'), on('UpdateTimeToLive')),
        ...when(changed(situation, 'pointInTimeRecovery'), on('UpdateContinuousBackups')),
        ...retag(situation, { add: 'dynamodb:TagResource', remove: 'dynamodb:UntagResource' }, tableArn),
      ],
      delete: [on('DeleteTable'), on('DescribeTable')],
    }
  }),
}

/** Expired items are never deleted here. AWS deletes them within days, and readers must not rely on it. */
function refuseTimeToLive({ inputs }: Situation): void {
  const ttl = object(inputs, 'ttl')
  if (ttl && flag(ttl, 'enabled') === true && !text(ttl, 'attributeName'))
    throw validation(
      "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    )
}

function refuseRecovery({ inputs }: Situation): void {
  const days = number(object(inputs, 'pointInTimeRecovery') ?? {}, 'recoveryPeriodInDays') ?? 35
  if (days < 1 || days > 35)
    throw validation(
      `1 validation error detected: Value '${days}' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value between 1 and 35`,
    )
}

const TABLE_CHANGES = ['billingMode', 'deletionProtectionEnabled', 'serverSideEncryption', 'tableClass', 'attributes']
