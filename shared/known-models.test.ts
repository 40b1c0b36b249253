import { expect, it } from 'vitest'
import { unknownModels } from './known-models.ts'

it('a slip in a model’s id is told, with the one that is meant', () => {
  expect(
    unknownModels('tenant1', { models: { a: 'us.amazon.nova-2-lite-v1:0', b: 'us.anthropic.claude-sonnet-5' } }),
  ).toEqual([])
  const [line = '', ...more] = unknownModels('tenant1', { models: { fast: 'us.amazon.nova-2-lit-v1:0' } })
  expect(more).toEqual([])
  expect(line).toMatch(
    /^tenant1: "fast" is us\.amazon\.nova-2-lit-v1:0, which is not on the list of \d{4}-\d\d; is us\.amazon\.nova-2-lite-v1:0 meant\?/,
  )
})

it('a new model is not taken for a slip', () => {
  const [line = ''] = unknownModels('tenant1', { models: { new: 'acme.brand-new-v1:0' } })
  expect(line).toContain('The preview asks Bedrock.')
  expect(line).not.toContain('meant?')
})

it('a model that only a profile leads to is told, with a profile', () => {
  const [line = ''] = unknownModels('tenant1', { models: { sonnet: 'anthropic.claude-sonnet-4-6' } })
  expect(line).toContain('is us.anthropic.claude-sonnet-4-6 meant')
  expect(unknownModels('tenant1', { models: { old: 'amazon.nova-lite-v1:0' } })).toEqual([])
})
