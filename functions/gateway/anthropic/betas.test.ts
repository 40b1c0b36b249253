import { expect, test } from 'vitest'
import { BETAS, chooseBetas } from './betas.ts'

test("each beta is for models that Bedrock's documentation names, and for no other", () => {
  expect(chooseBetas(['effort-2025-11-24'], 'global.anthropic.claude-opus-4-5-20251101-v1:0')).toEqual({
    sent: ['effort-2025-11-24'],
    dropped: [],
  })
  expect(chooseBetas(['effort-2025-11-24'], 'us.anthropic.claude-haiku-4-5-20251001-v1:0').dropped).toHaveLength(1)
})

test('a model that is in no list gets none: Bedrock refuses the whole request for one that it does not know', () => {
  const asked = BETAS.map(({ name }) => name)
  expect(chooseBetas(asked, 'us.anthropic.claude-opus-9-v1')).toEqual({ sent: [], dropped: asked })
})

test('names are asked for once', () => {
  const twice = ['interleaved-thinking-2025-05-14', 'interleaved-thinking-2025-05-14']
  expect(chooseBetas(twice, 'anthropic.claude-opus-4-6-v1').sent).toHaveLength(1)
})
