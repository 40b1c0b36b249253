import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import type { Limits } from '../../shared/limits.ts'
import { UserError } from '../verb.ts'
import { changeOf } from './limit.ts'
import { limitRows, limitsOf, type TenantLimits } from './limits.ts'

const BEFORE: TenantLimits = {
  stack: { tenant: { requestsPerMinute: 100, dollarsPerMonth: 50 }, models: { fast: { tokensPerDay: 1_000 } } },
  operator: {},
  models: { fast: ['us.amazon.nova-2-lite-v1:0'], odd: ['amazon.unpriced-v1:0'] },
  priced: ['us.amazon.nova-2-lite-v1:0'],
}

const changed = (flags: Readonly<Record<string, string | boolean>>, before: Partial<TenantLimits> = {}) =>
  changeOf(flags)?.({ ...BEFORE, ...before })

function refused(flags: Readonly<Record<string, string | boolean>>, before: Partial<TenantLimits> = {}): string {
  try {
    changed(flags, before)
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.remedy}`
    throw error
  }
  throw new Error('it was taken')
}

describe('tenant limit', () => {
  it('sets figures of the tenant, of each user and of a model, and keeps the others', () => {
    const operator = changed({ 'requests-per-minute': '20' }) as Limits
    expect(operator).toEqual({ tenant: { requestsPerMinute: 20 } })
    const user = changed({ user: true, 'concurrent-requests': '2' }, { operator }) as Limits
    expect(user).toEqual({ tenant: { requestsPerMinute: 20 }, user: { concurrentRequests: 2 } })
    expect(changed({ model: 'fast', 'tokens-per-day': '10' }, { operator: user })).toEqual({
      ...user,
      models: { fast: { tokensPerDay: 10 } },
    })
    expect(changed({ 'requests-per-minute': 'none', 'tokens-per-day': '5' }, { operator })).toEqual({
      tenant: { tokensPerDay: 5 },
    })
  })

  it('takes all of the operator’s away, or those of a part', () => {
    const operator: Limits = {
      tenant: { requestsPerMinute: 20 },
      user: { tokensPerDay: 1 },
      models: { fast: { tokensPerDay: 1 }, gone: { tokensPerDay: 1 } },
    }
    expect(changed({ clear: true }, { operator })).toEqual({})
    expect(changed({ clear: true, user: true }, { operator })).toEqual({
      tenant: operator.tenant,
      models: operator.models,
    })
    // A model that the tenant no longer has.
    expect(changed({ clear: true, model: 'gone' }, { operator })).toEqual({
      ...operator,
      models: { fast: { tokensPerDay: 1 } },
    })
  })

  it('only shows without a figure', () => {
    expect(changeOf({})).toBeUndefined()
    expect(changeOf({ show: true, json: true })).toBeUndefined()
  })

  it('warns earlier of the budget that the stack has', () => {
    expect(changed({ 'warn-at': '50' })).toEqual({ tenant: { warnAt: 50 } })
    expect(refused({ 'warn-at': '50', user: true })).toContain('there is none here. Add --dollars-per-month N.')
  })

  it.each<[string, Readonly<Record<string, string | boolean>>, string]>([
    ['a looser figure', { 'requests-per-minute': '101' }, "looser than the stack's file, which says 100"],
    ['no number', { 'tokens-per-day': 'many' }, '--tokens-per-day: tenant.tokensPerDay is "many", not a whole number.'],
    ['a figure out of range', { 'requests-per-minute': '0' }, 'From 1 to 30000, or "none".'],
    ['leases of the tenant', { 'concurrent-requests': '3' }, 'only user may have'],
    [
      'a model that is none',
      { model: 'smart', 'tokens-per-day': '1' },
      '"smart" is not among the tenant\'s models. There are: fast, odd.',
    ],
    ['a model that every object has', { model: 'constructor', 'tokens-per-day': '1' }, 'is not among the tenant'],
    ['nothing to set', { user: true }, 'There is no figure to set.'],
    ['two parts', { user: true, model: 'fast', 'tokens-per-day': '1' }, '--user and --model are both given.'],
    ['a figure and --clear', { clear: true, 'tokens-per-day': '1' }, '--clear and --tokens-per-day are both given.'],
    ['a figure and --show', { show: true, 'tokens-per-day': '1' }, '--show changes nothing'],
    [
      'dollars of a model without a price',
      { 'dollars-per-month': '5' },
      'No price is known for odd (amazon.unpriced-v1:0)',
    ],
    ['dollars of that model', { model: 'odd', 'dollars-per-month': '5' }, 'No price is known for odd'],
  ])('refuses %s', (_, flags, says) => {
    expect(refused(flags)).toContain(says)
  })

  it('counts dollars of a model that has a price', () => {
    expect(changed({ model: 'fast', 'dollars-per-month': '0.5' })).toEqual({
      models: { fast: { dollarsPerMonth: 0.5 } },
    })
  })
})

it('what holds is the smaller of the stack’s and the operator’s, row by row', () => {
  const operator: Limits = { tenant: { requestsPerMinute: 20 }, user: { concurrentRequests: 2 } }
  expect(limitRows(BEFORE.stack, operator)).toEqual([
    { scope: 'tenant', limit: 'requestsPerMinute', stack: 100, operator: 20, holds: 20 },
    { scope: 'tenant', limit: 'dollarsPerMonth', stack: 50, holds: 50 },
    { scope: 'user', limit: 'concurrentRequests', operator: 2, holds: 2 },
    { scope: 'model', name: 'fast', limit: 'tokensPerDay', stack: 1_000, holds: 1_000 },
  ])
})

it('is refused for a tenant whose gateway would not obey: deployed by an older version', async () => {
  const configuration = { tenantId: { S: 'tenant1' }, item: { S: 'configuration' } }
  const dynamodb = { send: async () => ({ Items: [configuration] }) } as unknown as DynamoDBClient
  await expect(limitsOf({ dynamodb, tableName: 'genai-tenants' }, 'tenant1')).rejects.toMatchObject({
    message: expect.stringContaining('tenant1 was deployed by a version whose gateway knows no limits'),
    remedy: 'Bring both up to date: pulumi up -s hub && pulumi up -s spoke-tenant1',
  })
})
