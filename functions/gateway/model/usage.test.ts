import { describe, expect, it } from 'vitest'
import { sumOf, usageOf, usageOfInvoke, usageOfMetrics } from './usage.ts'

describe('what Bedrock counted', () => {
  it('of Converse, with how long the cache is kept', () => {
    const counted = {
      inputTokens: 5,
      outputTokens: 7,
      totalTokens: 112,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
      cacheDetails: [
        { ttl: '5m', inputTokens: 10 },
        { ttl: '1h', inputTokens: 30 },
      ],
    }
    expect(usageOf(counted)).toEqual({
      inputTokens: 5,
      outputTokens: 7,
      totalTokens: 112,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
      cacheWrite1hInputTokens: 30,
    })
  })

  it('of InvokeModel: in headers, and in Claude’s own answer for an hour’s cache', () => {
    const headers = {
      'x-amzn-bedrock-input-token-count': '5',
      'x-amzn-bedrock-output-token-count': '7',
      'x-amzn-bedrock-cache-read-input-token-count': '60',
      'x-amzn-bedrock-cache-write-input-token-count': '40',
    }
    const body =
      '{"content":[{"text":"\\"ephemeral_1h_input_tokens\\": 9"}],"usage":{"cache_creation":{"ephemeral_1h_input_tokens": 30}}}'
    expect(usageOfInvoke(headers, body)).toEqual({
      inputTokens: 5,
      outputTokens: 7,
      totalTokens: 112,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
      cacheWrite1hInputTokens: 30,
    })
    expect(usageOfInvoke({}, '{}')).toBeUndefined()
  })

  it('of a stream of InvokeModel', () => {
    const metrics = {
      inputTokenCount: 3,
      outputTokenCount: 2,
      cacheReadInputTokenCount: 0,
      cacheWriteInputTokenCount: 9,
    }
    expect(usageOfMetrics(metrics, 4)).toMatchObject({ cacheWriteInputTokens: 9, cacheWrite1hInputTokens: 4 })
    expect(usageOfMetrics({ inputTokenCount: -1, outputTokenCount: 2 })).toBeUndefined()
  })

  it('of several calls of one request is their sum', () => {
    const one = { inputTokens: 1, outputTokens: 0, totalTokens: 1 }
    expect(sumOf(undefined, one)).toBe(one)
    expect(sumOf({ ...one, cacheReadInputTokens: 2 }, { ...one, cacheReadInputTokens: 3 })).toEqual({
      inputTokens: 2,
      outputTokens: 0,
      totalTokens: 2,
      cacheReadInputTokens: 5,
    })
  })
})
