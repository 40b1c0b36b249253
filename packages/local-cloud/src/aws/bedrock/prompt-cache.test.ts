import { expect, it } from 'vitest'
import type { CacheTtl, Prompt } from './model-backend.ts'
import { createPromptCache } from './prompt-cache.ts'

const ACCOUNT = { account: '222222222222', modelId: 'm' }
const long = (tokens: number, character = 'x') => character.repeat(tokens * 4)
const text = (value: string) => ({ type: 'text' as const, text: value })
const point = (ttl: CacheTtl) => ({ type: 'cachePoint' as const, ttl })

function promptOf(...content: Prompt['system']): Prompt {
  return { system: content, messages: [], tools: [], stopSequences: [] }
}

it('keeps a prefix for five minutes or an hour since it was last read', () => {
  let now = 0
  const cache = createPromptCache(() => now)
  const prompt = promptOf(text(long(2000)), point('5m'))
  expect(cache.use(ACCOUNT, prompt)).toEqual({ cacheReadTokens: 0, cacheWriteTokens: { '5m': 2000 } })
  for (const at of [299, 598]) {
    now = at
    expect(cache.use(ACCOUNT, prompt)).toEqual({ cacheReadTokens: 2000, cacheWriteTokens: {} })
  }
  now = 598 + 300
  expect(cache.use(ACCOUNT, prompt)).toMatchObject({ cacheReadTokens: 0 })
  const hour = promptOf(text(long(2000)), point('1h'))
  expect(cache.use({ ...ACCOUNT, modelId: 'other' }, hour)).toMatchObject({ cacheWriteTokens: { '1h': 2000 } })
  now += 3599
  expect(cache.use({ ...ACCOUNT, modelId: 'other' }, hour)).toMatchObject({ cacheReadTokens: 2000 })
})

it('reads the longest prefix that it has, and writes what follows', () => {
  const cache = createPromptCache(() => 0)
  const first = [text(long(1500)), point('5m')]
  cache.use(ACCOUNT, promptOf(...first))
  const more = promptOf(...first, text(long(500, 'y')), point('1h'))
  expect(cache.use(ACCOUNT, more)).toEqual({ cacheReadTokens: 1500, cacheWriteTokens: { '1h': 500 } })
  expect(cache.use(ACCOUNT, more)).toEqual({ cacheReadTokens: 2000, cacheWriteTokens: {} })
})

it('is one for each account and model, and none for what is short or differs', () => {
  const cache = createPromptCache(() => 0)
  const prompt = promptOf(text(long(1500)), point('5m'))
  cache.use(ACCOUNT, prompt)
  const unread = { cacheReadTokens: 0, cacheWriteTokens: { '5m': 1500 } }
  expect(cache.use({ ...ACCOUNT, account: '333333333333' }, prompt)).toEqual(unread)
  expect(cache.use(ACCOUNT, promptOf(text(long(1500, 'y')), point('5m')))).toEqual(unread)
  expect(cache.use(ACCOUNT, promptOf(text('short'), point('5m')))).toEqual({ cacheReadTokens: 0, cacheWriteTokens: {} })
  expect(cache.use(ACCOUNT, promptOf(text(long(1500))))).toEqual({})
})
