import { describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { demoNote, demoStack } from './added-settings.ts'
import { type VariantName, variantNamed } from './variants.ts'

const of = (name: string, variant?: VariantName) => {
  const { project, config } = demoStack(name, PROJECT_DIRECTORY, variant)
  return (setting: string) => config[`${project}:${setting}`]
}

describe('npm start -- --variant', () => {
  it('shared puts one tenant at the hub’s endpoint, with the models of all', () => {
    expect(JSON.parse(of('hub', 'shared')('centralModels') ?? '')).toEqual([
      'us.amazon.nova-2-lite-v1:0',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
    const shared = of('spoke-tenant1', 'shared')
    expect(['modelEndpoint', 'cidrBlock', 'availabilityZoneIds'].map(shared)).toEqual(['hub', undefined, undefined])
    expect(of('spoke-tenant2', 'shared')('cidrBlock')).toBe('10.64.1.0/24')
  })

  it('private opens the door to one tenant and one partner', () => {
    expect(of('hub', 'private')('endpointService')).toBe('true')
    expect(JSON.parse(of('hub', 'private')('endpointServiceAccounts') ?? '')).toEqual(['444444444444'])
    expect(of('spoke-tenant1', 'private')('gatewayEndpoint')).toBe('true')
    expect(of('spoke-tenant2', 'private')('gatewayEndpoint')).toBeUndefined()
  })

  it('pooled puts both tenants into one account, with limits, by their own word', () => {
    for (const stack of ['spoke-tenant1', 'spoke-tenant2']) {
      const pooled = of(stack, 'pooled')
      expect(['account', 'sharedAccount', 'machineIssuers'].map(pooled)).toEqual(['444444444444', 'true', undefined])
      expect(JSON.parse(pooled('limits') ?? '')).toEqual({ tenant: { tokensPerMinute: 100_000 } })
    }
    expect(of('hub', 'pooled')('centralModels')).toBeUndefined()
  })

  it('changes nothing without one', () => {
    expect(of('hub')('centralModels')).toBeUndefined()
    expect(of('spoke-tenant1')('cidrBlock')).toBe('10.64.0.0/24')
  })

  it('refuses a name that is none', () => {
    expect(() => variantNamed('pool')).toThrow('There is no variant "pool".')
  })
})

it('the note of the demonstration speaks of machines where the variant leaves them', () => {
  expect(demoNote(['spoke-tenant2'])).toContain('machine caller')
  expect(demoNote(['spoke-tenant2'], 'private')).toContain('machine caller')
  expect(demoNote(['spoke-tenant2'], 'pooled')).not.toContain('machine')
})
