import { describe, expect, it } from 'vitest'
import { originOf } from '../../tests/settings.ts'
import { HUB, run, SETTINGS } from '../../tests/spoke-fixture.ts'
import { type Asked, checkKnown } from './preflight.ts'

const asked = (change: Partial<Asked> = {}): Asked => ({
  settings: SETTINGS,
  hub: HUB,
  before: {},
  origin: originOf('spoke-tenant1'),
  files: async () => [],
  ...change,
})

/** Each step refuses what the ones after it would refuse as well. */
const STEPS: readonly (readonly [string, Partial<Asked>, RegExp])[] = [
  ['what the stack has deployed', { before: { tenantId: 'tenant9' } }, /This stack holds the tenant tenant9/],
  ['the stack files', { files: async () => [claim('spoke-other')] }, /"tenant1" is claimed by 2 stacks: spoke-other/],
  ['the hub', { settings: { ...SETTINGS, account: HUB.account } }, /account of tenant1 is the hub's own/],
  [
    "the hub's version",
    { settings: { ...SETTINGS, limits: { tenant: { requestsPerMinute: 1 } } }, hub: without('usageTableArn') },
    /has no table to count in/,
  ],
]

const claim = (stack: string) => ({ stack, raw: { role: 'spoke', tenantId: 'tenant1' } })

function without(name: 'usageTableArn') {
  const { [name]: _, ...rest } = HUB
  return rest
}

describe('preflight', () => {
  it('accepts what fits', async () => {
    await expect(checkKnown(asked())).resolves.toBeUndefined()
    await expect(checkKnown(asked({ files: async () => [claim('spoke-tenant1')] }))).resolves.toBeUndefined()
  })

  it.each(STEPS)('refuses by %s', async (_name, change, says) => {
    await expect(checkKnown(asked(change))).rejects.toThrow(says)
  })

  it.each(STEPS.slice(0, -1).map((step, index) => [step[0], index] as const))(
    'tells of %s before what comes after it',
    async (_name, index) => {
      const together = STEPS.slice(index).reverse()
      const changes: Partial<Asked> = Object.assign({}, ...together.map(([, change]) => change))
      const settings = { ...SETTINGS, ...Object.assign({}, ...together.map(([, { settings = {} }]) => settings)) }
      await expect(checkKnown(asked({ ...changes, settings }))).rejects.toThrow(STEPS[index]?.[2])
    },
  )

  it('does not read the other stack files when its own stack is wrong', async () => {
    const files = () => Promise.reject(new Error('Pulumi.spoke-other.yaml is not valid YAML'))
    await expect(checkKnown(asked({ files, before: { tenantId: 'tenant9' } }))).rejects.toThrow('This stack holds')
    await expect(checkKnown(asked({ files }))).rejects.toThrow('not valid YAML')
  })

  it('asks AWS before anything is made, and nothing is when AWS has another tenant there', async () => {
    const asks: { token: string; inputs: Record<string, unknown> }[] = []
    await expect(run({}, {}, { others: ['10.64.0.0/25'], asked: asks })).rejects.toThrow(
      /CIDR block of tenant1 \(10\.64\.0\.0\/24\) overlaps 10\.64\.0\.0\/25/,
    )
    expect(asks.length).toBeGreaterThan(0)
  })
})
