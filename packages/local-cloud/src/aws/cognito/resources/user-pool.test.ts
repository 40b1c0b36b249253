import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'
import { rowOf } from '../../registry.ts'

const POOL = 'aws:cognito/userPool:UserPool'

const CLIENT = 'aws:cognito/userPoolClient:UserPoolClient'

const GROUP = 'aws:cognito/userGroup:UserGroup'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

/** Deleting what only `refuseDelete` protects. */
const deletion = ({ type, urn }: Declared) => {
  const resource = cloud.ledger.byUrn(urn)
  if (resource) rowOf(type).refuseDelete?.(resource, cloud.ledger, {})
}

describe('UserPool', () => {
  const attribute = { name: 'tenant_id', attributeDataType: 'String', mutable: false }

  it('takes attributes more, never other or fewer', async () => {
    const pool = await cloud.make(POOL, 'p', { schemas: [attribute] })
    expect(pool.id).toMatch(/^us-east-1_[0-9a-f]{9}$/)
    const refused = 'InvalidSchemaChange: cannot modify or remove schema items'
    expect(await cloud.refusal(POOL, 'p', { schemas: [] })).toBe(refused)
    expect(await cloud.refusal(POOL, 'p', { schemas: [{ ...attribute, mutable: true }] })).toBe(refused)
    const more = { schemas: [attribute, { ...attribute, name: 'plan' }] }
    expect((await cloud.make(POOL, 'p', more)).id).toBe(pool.id)
  })

  it('refuses settings that Cognito does not take', async () => {
    const refusal = (inputs: Properties) => cloud.refusal(POOL, 'p', inputs)
    expect(await refusal({ passwordPolicy: { minimumLength: 5 } })).toContain('between 6 and 99')
    expect(await refusal({ mfaConfiguration: 'ON' })).toContain('at least one factor')
    expect(await refusal({ schemas: [{ ...attribute, required: true }] })).toContain('Required custom attributes')
    expect(await refusal({ aliasAttributes: ['email'], usernameAttributes: ['email'] })).toContain('Only one of')
  })

  it('has clients that read and write attributes that are there, for a time that AWS allows', async () => {
    const { id } = await cloud.make(POOL, 'p', { schemas: [attribute] })
    const refusal = (inputs: Properties) => cloud.refusal(CLIENT, 'c', { userPoolId: id, ...inputs })
    expect(await refusal({ writeAttributes: ['custom:other'] })).toContain('InvalidParameterException')
    expect(await refusal({ idTokenValidity: 1, tokenValidityUnits: { idToken: 'minutes' } })).toContain(
      'idToken must be between',
    )
    expect(await refusal({ explicitAuthFlows: ['PASSWORD'] })).toContain("'PASSWORD' at 'explicitAuthFlows'")
    expect(await refusal({ userPoolId: 'us-east-1_none' })).toContain('ResourceNotFoundException')
    const client = await cloud.make(CLIENT, 'c', {
      userPoolId: id,
      readAttributes: ['custom:tenant_id', 'email_verified'],
    })
    expect(client.id).toMatch(/^[0-9a-z]{26}$/)
  })

  it('has groups with names of their own, and goes with all that is in it', async () => {
    const pool = await cloud.make(POOL, 'p', { deletionProtection: 'ACTIVE' })
    await cloud.make(GROUP, 'g', { userPoolId: pool.id, name: 'tenant1' })
    expect(await cloud.refusal(GROUP, 'h', { userPoolId: pool.id, name: 'tenant1' })).toContain('GroupExistsException')
    expect(cloud.holders(pool)).toEqual([])
    expect(() => deletion(pool)).toThrow('deletion protection is activated')
  })
})
