import { describe, expect, it } from 'vitest'
import { type Held, requireSame } from './held.ts'
import type { Settings } from './settings.ts'

const HUB = { role: 'hub', account: '111111111111', region: 'us-east-1' } as Settings
const SPOKE = { role: 'spoke', account: '222222222222', tenantId: 'tenant1' } as Settings
const NOTHING: Held = { account: undefined, region: undefined, tenantId: undefined }
const check = (settings: Settings, held: Partial<Held>) => () => requireSame(settings, { ...NOTHING, ...held }, 'mine')

describe('what a stack holds', () => {
  it.each<[string, Settings, Partial<Held>]>([
    ['nothing yet', SPOKE, {}],
    ['the same tenant', SPOKE, { account: '222222222222', tenantId: 'tenant1' }],
    ['the same hub', HUB, { account: '111111111111', region: 'us-east-1' }],
  ])('may be deployed again: %s', (_, settings, held) => {
    expect(check(settings, held)).not.toThrow()
  })

  it.each<[string, Settings, Partial<Held>, RegExp]>([
    [
      'another tenant',
      SPOKE,
      { account: '222222222222', tenantId: 'tenant9' },
      /^The tenantId of mine cannot be changed from tenant9 to tenant1: .* pulumi config set tenantId tenant9 -s mine$/,
    ],
    ['a tenant of another account', SPOKE, { account: '333333333333', tenantId: 'tenant1' }, /^The account of mine/],
    ['a hub elsewhere', HUB, { account: '111111111111', region: 'eu-west-1' }, /^The region of mine/],
    ['both', SPOKE, { account: '333333333333', tenantId: 'tenant9' }, /The account .*\nThe tenantId /],
  ])('is not left behind: %s', (_, settings, held, refusal) => {
    expect(check(settings, held)).toThrow(refusal)
  })
})
