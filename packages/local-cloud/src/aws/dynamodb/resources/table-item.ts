/** `aws.dynamodb.TableItem`. */
import { AwsError } from '../../../errors.ts'
import type { Properties, Value } from '../../../ledger/ledger.ts'
import type { Index } from '../../../ledger/ledger-index.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, asObject, known, objects, text } from '../../../resource/values.ts'
import { TABLE } from './table.ts'

export const TABLE_ITEM = 'aws:dynamodb/tableItem:TableItem'

const ITEM_LIMIT = 400 * 1024

const validation = (message: string) => new AwsError('ValidationException', message)

export const tableItem: ResourceType = {
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
    // A creation uses `attribute_not_exists`, so that two stacks cannot claim one key. An update has no condition.
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
  permissions: lifeCycle((situation) => {
    const resource = arn(situation, 'dynamodb', `table/${known(situation.inputs, 'tableName')}`)
    const leading = { 'dynamodb:LeadingKeys': [leadingKey(situation)] }
    const on = (action: string) => [call(`dynamodb:${action}`, resource, leading)]
    return {
      create: on('PutItem'),
      // The provider reads the table's description to find out which attributes are the keys.
      read: [...on('GetItem'), call('dynamodb:DescribeTable', resource)],
      update: on('UpdateItem'),
      delete: on('DeleteItem'),
    }
  }),
  importId: {
    format: 'TABLE,HASHKEYVALUE or TABLE,HASHKEYVALUE,RANGEKEYVALUE',
    pattern: /^[^,]+(,[^,]+){1,2}$/,
    of: ({ inputs }) => [[idPart(inputs, 'tableName'), ...keyValues(inputs)].join(',')],
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

/** Looks up items by table and key. */
const BY_KEY: Index = { type: TABLE_ITEM, keysOf: ({ inputs }) => [placeOf(inputs)] }

/** The value of the hash key, which the condition key `dynamodb:LeadingKeys` contains. */
function leadingKey({ inputs }: Situation): string {
  const item = JSON.parse(known(inputs, 'item')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  return String(Object.values(item[known(inputs, 'hashKey')] ?? {})[0])
}
