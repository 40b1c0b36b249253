import { describe, expect, test } from 'vitest'
import { parseBody } from '../body.ts'
import { GatewayError } from '../errors.ts'
import { converseBody } from './converse.ts'

async function refusal(work: () => unknown): Promise<GatewayError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('converse', () => {
  const converse = (text: string) => converseBody(parseBody(text))

  test("with maxTokens the caller's text goes on unchanged, whatever else is in it", () => {
    const text =
      '{ "messages" : [{"content":[{"image":{"format":"png","source":{"bytes":"aGk="}}}]}],\n"toolConfig":{},"inferenceConfig":{"maxTokens": 5, "topP":0.9},"future":1e2 }'
    expect(converse(text)).toBe(text)
  })

  test('without maxTokens it is added and nothing else changes, long integers included', () => {
    const text =
      '{"messages":[],"toolConfig":{"const":12345678901234567890,"f":1.0},"__proto__":{"a":1},"inferenceConfig":{"topP":0.10}}'
    expect(converse(text)).toBe(
      '{"messages":[],"toolConfig":{"const":12345678901234567890,"f":1.0},"__proto__":{"a":1},"inferenceConfig":{"topP":0.10,"maxTokens":1024}}',
    )
    expect(converse('{"messages":[]}')).toBe('{"messages":[],"inferenceConfig":{"maxTokens":1024}}')
    expect(converse('{"inferenceConfig":null}')).toBe('{"inferenceConfig":{"maxTokens":1024}}')
    expect(converse('{"inferenceConfig":{"maxTokens":null}}')).toBe('{"inferenceConfig":{"maxTokens":1024}}')
  })

  test.each([
    ['{', 'body_not_json'],
    ['[]', 'body_not_object'],
    ['{"inferenceConfig":[]}', 'field_invalid'],
    ['{"inferenceConfig":{"maxTokens":0}}', 'number_out_of_range'],
    ['{"inferenceConfig":{"maxTokens":"9"}}', 'field_invalid'],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'body_not_object'],
    [`{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'body_not_json'],
  ])('refused (%$): %.0s%s', async (text, code) => {
    expect((await refusal(() => converse(text))).code).toBe(code)
  })

  test.each([
    { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    { thinking: { type: 'enabled', budget_tokens: 4000 } },
    { max_tokens: 5 },
  ])('nothing is added that would contradict the body: %j', (additionalModelRequestFields) => {
    const text = JSON.stringify({ messages: [], additionalModelRequestFields })
    expect(converse(text)).toBe(text)
    const other = JSON.stringify({ messages: [], additionalModelRequestFields: { top_k: 5 } })
    expect(JSON.parse(converse(other)).inferenceConfig).toEqual({ maxTokens: 1024 })
  })
})
