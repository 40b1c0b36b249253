/** `aws.dynamodb`: tables and declared items. The data itself is in services/dynamodb. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import type { Index } from '../../ledger/ledger-index.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, asObject, autoName, flag, known, number, object, objects, others, text } from '../../resource/values.ts'

export const TABLE = 'aws:dynamodb/table:Table'
export const TABLE_ITEM = 'aws:dynamodb/tableItem:TableItem'

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/
const ITEM_LIMIT = 400 * 1024

const validation = (message: string) => new AwsError('ValidationException', message)

const table: ResourceType = {
  type: TABLE,
  inputs: [
    'name',
    'billingMode',
    'hashKey',
    'rangeKey',
    'attributes.name',
    'attributes.type',
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
  // Recovery is turned on once the table is there.
  afterwards: [{ inputs: ['pointInTimeRecovery'], refuse: refuseRecovery }],
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
}

function refuseRecovery({ inputs }: Situation): void {
  const days = number(object(inputs, 'pointInTimeRecovery') ?? {}, 'recoveryPeriodInDays') ?? 35
  if (days < 1 || days > 35)
    throw validation(
      `1 validation error detected: Value '${days}' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value between 1 and 35`,
    )
}

const item: ResourceType = {
  type: TABLE_ITEM,
  inputs: ['tableName', 'hashKey', 'rangeKey', 'item'],
  required: ['tableName', 'hashKey', 'item'],
  replaces: ['tableName', 'hashKey', 'rangeKey'],
  replacesWhen: (before, after) => (before.item === after.item || keyOf(before) === keyOf(after) ? [] : ['item']),
  releases: 'all',
  refuse(situation) {
    const { inputs } = situation
    const tableName = known(inputs, 'tableName')
    const declared = tableNamed(situation, tableName)
    if (!declared) throw new AwsError('ResourceNotFoundException', 'Requested resource not found')
    const values = itemOf(inputs)
    for (const [name, type] of keysOf(declared.inputs)) {
      const value = asObject(values[name])
      if (!value) throw validation(`One or more parameter values were invalid: Missing the key ${name} in the item`)
      if (typeof value[type] !== 'string')
        throw validation(
          `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${Object.keys(value).join()}`,
        )
      if (value[type] === '')
        throw validation(
          `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
        )
    }
    if (Buffer.byteLength(known(inputs, 'item')) > ITEM_LIMIT)
      throw validation('Item size has exceeded the maximum allowed size')
    // Made with `attribute_not_exists`: the lock against two stacks that claim one key. Updated without a condition.
    const { ledger, account, region } = situation
    const taken = ledger
      .lookUp(BY_KEY, placeOf(inputs))
      .some((other) => other.account === account && other.region === region)
    if (taken && !situation.current)
      throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed')
  },
  answer(situation) {
    const { inputs } = situation
    const parts = [inputs.tableName, inputs.hashKey, inputs.rangeKey ?? null, ...keyValues(inputs)]
    return { id: parts.filter((part) => part !== null).join('|'), outputs: {} }
  },
}

const tableNamed = (situation: Situation, name: string) =>
  situation.ledger
    .all(TABLE)
    .find((one) => one.outputs.name === name && one.account === situation.account && one.region === situation.region)

const keysOf = (inputs: Properties): readonly (readonly [string, string])[] =>
  objects(inputs, 'attributes').map(({ name, type }) => [String(name), String(type)])

function itemOf(inputs: Properties): Properties {
  let value: Value
  try {
    value = JSON.parse(known(inputs, 'item')) as Value
  } catch {
    throw validation('item must be JSON in DynamoDB form: {"name": {"S": "text"}}')
  }
  const fields = asObject(value)
  if (!fields) throw validation('item must be a JSON object')
  for (const [name, typed] of Object.entries(fields))
    if (Object.keys(asObject(typed) ?? {}).length !== 1)
      throw validation(`Supplied AttributeValue is empty, must contain exactly one of the supported datatypes: ${name}`)
  return fields
}

const keyValues = (inputs: Properties): readonly string[] => {
  const values = itemOf(inputs)
  return [known(inputs, 'hashKey'), text(inputs, 'rangeKey')]
    .filter((key) => key !== undefined)
    .map((key) => String(Object.values(asObject(values[key]) ?? {})[0]))
}

const keyOf = (inputs: Properties) => JSON.stringify(keyValues(inputs))
const placeOf = (inputs: Properties) => `${known(inputs, 'tableName')} ${keyOf(inputs)}`

/** Items by their table and key. */
const BY_KEY: Index = { type: TABLE_ITEM, keysOf: ({ inputs }) => [placeOf(inputs)] }

export const dynamodb: readonly ResourceType[] = [table, item]
