import { describe, expect, it } from 'vitest'
import { HUB, run, SETTINGS } from '../../tests/spoke-fixture.ts'
import { checkNeighbours, type InAccount, type Neighbours } from './neighbours.ts'

const inAccount = (tenantId: string, change: Partial<InAccount> = {}): InAccount => ({
  tenantId,
  trust: '{"Statement":[{"Principal":{"AWS":"arn:aws:iam::111111111111:root"}}]}',
  shared: true,
  holds: [],
  stack: `spoke-${tenantId}`,
  ...change,
})
const OTHER_HUB = { trust: '{"Statement":[{"Principal":{"AWS":"arn:aws:iam::666666666666:root"}}]}' }
const LOG = { holds: ['invocation-log'] } as const
const SHARED = { sharedAccount: true }

const check = (found: Neighbours, wanted: Partial<typeof SETTINGS> = {}) =>
  checkNeighbours({ ...SETTINGS, ...wanted }, HUB, found)

describe('the account of a tenant', () => {
  it('is its own: nothing is told, also where it is there already', () => {
    expect(check([])).toEqual([])
    expect(check([inAccount('tenant1')])).toEqual([])
    expect(check([inAccount('tenant1', { shared: false })], SHARED)).toEqual([])
  })

  it('has another tenant: refused, naming it, unless both say so', () => {
    expect(() => check([inAccount('tenant2')])).toThrow(
      /Account 222222222222 has the tenant tenant2 already\. .*each of them sets sharedAccount to true/,
    )
    expect(() =>
      check([inAccount('tenant2', { shared: false, stack: 'spoke-b' }), inAccount('tenant3')], SHARED),
    ).toThrow(
      /^tenant2 is in account 222222222222 and has not said .* pulumi config set sharedAccount true -s spoke-b && pulumi up -s spoke-b/,
    )
    expect(check([inAccount('tenant2'), inAccount('tenant3')], SHARED)).toEqual([])
  })

  it('has a tenant of another hub, as while one moves between cells: told, and not refused', () => {
    const told = [expect.stringMatching(/also has the tenant tenant9, of another hub: .*quotas and bill are shared/)]
    expect(check([inAccount('tenant9', { ...OTHER_HUB, shared: false })])).toEqual(told)
    expect(check([inAccount('tenant9', { ...OTHER_HUB, shared: false })], SHARED)).toEqual(told)
  })

  it.each([
    ['modelInvocationLogging', LOG, 'of any hub'],
    ['gatewayEndpoint', { holds: ['gateway-endpoint'] }, 'of any hub'],
    ['shareMetrics', { holds: ['metrics-link'] }, 'of this hub'],
  ] as const)('has one %s: refused to the second, naming who has it', (setting, held, whose) => {
    expect(() => check([inAccount('tenant2', held)], { ...SHARED, [setting]: true })).toThrow(
      new RegExp(`tenant1 has ${setting}, and tenant2 has it in account 222222222222 already: `),
    )
    const beside = expect(() => check([inAccount('tenant2', { ...held, ...OTHER_HUB })], { [setting]: true }))
    if (whose === 'of any hub') beside.toThrow(/tenant2 has it/)
    else beside.not.toThrow()
    expect(() => check([inAccount('tenant2')], { ...SHARED, [setting]: true })).not.toThrow()
  })

  it('has one invocation log, with the prompts of all: told to who has it, to who has not, and when it goes', () => {
    expect(check([inAccount('tenant2', LOG)], SHARED)).toEqual([
      'Prompts and answers of tenant1 are recorded in the invocation log of tenant2 (/genai/tenant2/invocations-…).',
    ])
    expect(check([inAccount('tenant2')], { ...SHARED, modelInvocationLogging: true })).toEqual([
      expect.stringMatching(/^The invocation log of tenant1 .* has the prompts and answers of the tenant tenant2 too/),
    ])
    expect(check([inAccount('tenant1', LOG), inAccount('tenant2')], SHARED)).toEqual([
      expect.stringMatching(
        /^tenant1 gives up the invocation log .*: nothing more is recorded of the tenant tenant2 either/,
      ),
    ])
  })

  it('may not be looked at: told, and refused to who shares it', () => {
    const unasked = { unasked: 'AccessDenied: iam:ListRoles' }
    expect(check(unasked)).toEqual([expect.stringMatching(/was not checked: its deployer needs iam:ListRoles/)])
    expect(() => check(unasked, SHARED)).toThrow(/was not checked.*AWS said: AccessDenied/)
  })
})

describe('the role of a tenant that shares its account', () => {
  const tags = async (change: Partial<typeof SETTINGS>) =>
    (await run(change)).one('aws:iam/role:Role', 'account-models').inputs.tags

  it('says so, and what it has of the things that an account has once; that of another says nothing', async () => {
    expect(await tags({ modelInvocationLogging: true })).toEqual({
      project: 'genai-hub-spoke',
      stack: 'spoke-tenant1',
      tenant: 'tenant1',
      Name: 'genai-tenant1',
    })
    expect(await tags(SHARED)).toMatchObject({ tenant: 'tenant1', account: 'shared' })
    expect(await tags({ ...SHARED, modelInvocationLogging: true })).toMatchObject({ 'account-holds': 'invocation-log' })
  })
})
