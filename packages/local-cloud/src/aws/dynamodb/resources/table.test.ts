import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { replacedBy } from '../../../resource/declare.ts'
import { Declarer } from '../../../testing/declarer.ts'
import { rowOf } from '../../registry.ts'

const TABLE = 'aws:dynamodb/table:Table'

const ITEM = 'aws:dynamodb/tableItem:TableItem'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

/** Deleting what only `refuseDelete` protects. */
const deletion = ({ type, urn }: Declared) => {
  const resource = cloud.ledger.byUrn(urn)
  if (resource) rowOf(type).refuseDelete?.(resource, cloud.ledger, {})
}

describe('Table', () => {
  const table: Properties = {
    name: 'tenants',
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'tenantId',
    rangeKey: 'item',
    attributes: [
      { name: 'tenantId', type: 'S' },
      { name: 'item', type: 'S' },
    ],
  }
  const item = (tenantId: string, more: object = {}): Properties => ({
    tableName: 'tenants',
    hashKey: 'tenantId',
    rangeKey: 'item',
    item: JSON.stringify({ tenantId: { S: tenantId }, item: { S: 'configuration' }, ...more }),
  })

  it('refuses keys without attributes, attributes without keys, and a recovery period out of range', async () => {
    const refusal = (changed: Properties) => cloud.refusal(TABLE, 't', { ...table, ...changed })
    expect(await refusal({ hashKey: 'other' })).toContain('Some index key attributes are not defined')
    const { rangeKey: _, ...hashOnly } = table
    expect(await cloud.refusal(TABLE, 't', hashOnly)).toContain('does not exactly match number of attributes')
    expect(await refusal({ name: 't' })).toContain('ValidationException')
    expect(await refusal({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 36 } })).toContain(
      'between 1 and 35',
    )
    expect(await refusal({ ttl: { enabled: true } })).toContain('timeToLiveSpecification.attributeName')
    await cloud.make(TABLE, 't', { ...table, ttl: { attributeName: 'ttl', enabled: true } })
    expect(await cloud.refusal(TABLE, 'u', table)).toBe('ResourceInUseException: Table already exists: tenants')
  })

  it('is not deleted while it is protected', async () => {
    const made = await cloud.make(TABLE, 't', { ...table, deletionProtectionEnabled: true })
    expect(() => deletion(made)).toThrow('currently protected against deletion')
    await cloud.make(TABLE, 't', table)
    deletion(made)
  })

  it('has each declared item once: a second claim to a key is refused, an update is not', async () => {
    expect(await cloud.refusal(ITEM, 'a', item('a'))).toContain('ResourceNotFoundException')
    await cloud.make(TABLE, 't', table)
    await cloud.make(ITEM, 'a', item('a'))
    expect(await cloud.refusal(ITEM, 'b', item('a'))).toContain('ConditionalCheckFailedException')
    await cloud.make(ITEM, 'b', item('b'))
    await cloud.make(ITEM, 'a', item('a', { models: { S: 'all' } }))
    const row = rowOf(ITEM)
    const [made] = cloud.ledger.all(ITEM)
    expect(made && replacedBy(row, made.inputs, item('a', { models: { S: 'none' } }))).toEqual([])
    expect(made && replacedBy(row, made.inputs, item('c'))).toEqual(['item'])
  })

  it.each([
    ['{', 'must be JSON'],
    [JSON.stringify({ tenantId: { S: 'a' } }), 'Missing the key item'],
    [
      JSON.stringify({ tenantId: { N: '1' }, item: { S: 'x' } }),
      'Type mismatch for key tenantId expected: S actual: N',
    ],
    [JSON.stringify({ tenantId: { S: '' }, item: { S: 'x' } }), 'cannot contain an empty string value'],
    [JSON.stringify({ tenantId: { S: 'a' }, item: { S: 'x' }, other: 'plain' }), 'Supplied AttributeValue is empty'],
  ])('refuses the item %s', async (text, message) => {
    await cloud.make(TABLE, 't', table)
    expect(await cloud.refusal(ITEM, 'a', { ...item('a'), item: text })).toContain(message)
  })
})
