import { expect, it } from 'vitest'
import { providersStay } from './remove.ts'

it("a removed tenant's provider is named, because it would sign people in to the next tenant with that id", () => {
  const lines = providersStay('tenant1', { okta: 'tenant1', entra: 'tenant2' })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('okta')
  expect(providersStay('tenant3', { okta: 'tenant1' })).toEqual([])
  expect(providersStay('tenant1', undefined)).toEqual([])
})
