import { describe, expect, test } from 'vitest'
import type { BedrockOperation } from '../model/bedrock.ts'
import { estimateOf, largest } from './estimate.ts'
import { unambiguous } from './unambiguous.ts'

const NOVA = 'us.amazon.nova-2-lite-v1:0'
const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const of = (body: unknown, operation: BedrockOperation = 'converse', id = NOVA, headers = {}) =>
  estimateOf(operation, [id], JSON.stringify(body), headers)
const said = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
const base64 = (bytes: number | string) =>
  Buffer.from(typeof bytes === 'number' ? 'x'.repeat(bytes) : bytes).toString('base64')

describe('the input', () => {
  test.each([
    // A tokenizer makes about a token of each character of these; of English, one of three characters at most.
    ['English', 'The quick brown fox jumps over the lazy dog. '.repeat(20), 900 / 3],
    ['Chinese', '中文分词的结果通常少于字数。'.repeat(50), 14 * 50],
    ['Japanese', '日本語の文章もおおよそ一文字一トークン以下です。'.repeat(50), 24 * 50],
    ['Korean', '한국어 문장도 마찬가지입니다. '.repeat(50), 12 * 50],
    ['code', 'for (const x of y) { z += x[i] }\n'.repeat(50), (33 * 50) / 3],
  ])('of %s is no fewer tokens than its text has', (_, text, tokens) => {
    expect(of(said({ text })).inputTokens).toBeGreaterThanOrEqual(tokens)
  })

  test('of text that was written in escapes is no less', () => {
    const escaped = '{"messages":[{"role":"user","content":[{"text":"\\u4e2d\\u6587"}]}]}'
    expect(estimateOf('converse', [NOVA], escaped, {}).inputTokens).toBeGreaterThanOrEqual(
      of(said({ text: '中文' })).inputTokens,
    )
  })

  test.each([
    ['an image of Converse', { image: { format: 'png', source: { bytes: base64(300_000) } } }],
    [
      'an image of Anthropic',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64(300_000) } },
    ],
    ['an image elsewhere', { image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }],
  ])('%s is a constant, whatever its file has', (_, block) => {
    const { inputTokens } = of(said(block))
    expect(inputTokens).toBeGreaterThanOrEqual(5_000)
    expect(inputTokens).toBeLessThan(5_100)
  })

  test('a PDF file is its pages, or guessed by its size where they are compressed', () => {
    const pdf = (content: string) =>
      said({ document: { format: 'pdf', name: 'a', source: { bytes: base64(content) } } })
    const three = of(pdf('%PDF-1.4 << /Type /Pages /Count 3 >> /Type /Page /Type/Page /Type /Page ')).inputTokens
    expect([three >= 15_000, three < 15_100]).toEqual([true, true])
    expect(of(pdf('x'.repeat(40_000))).inputTokens).toBeGreaterThanOrEqual(50_000)
    expect(of(pdf('x'.repeat(5_000_000))).inputTokens).toBeLessThan(5_001_000)
  })

  test('another document is a token a byte, one of text is its text, a film is by its size', () => {
    expect(of(said({ document: { format: 'docx', source: { bytes: base64(9_000) } } })).inputTokens).toBeGreaterThan(
      9_000,
    )
    const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a'.repeat(3_000) } }
    expect(of(said(text)).inputTokens).toBeLessThan(1_100)
    expect(of(said({ video: { format: 'mp4', source: { bytes: base64(400_000) } } })).inputTokens).toBeGreaterThan(
      10_000,
    )
    expect(
      of(said({ video: { format: 'mp4', source: { s3Location: { uri: 's3://a' } } } })).inputTokens,
    ).toBeGreaterThan(300_000)
  })

  test('tools have an instruction of the model, and those that it knows by itself have more', () => {
    const plain = of(said({ text: 'Hi' })).inputTokens
    const tool = { toolSpec: { name: 'a', inputSchema: { json: {} } } }
    expect(of({ ...said({ text: 'Hi' }), toolConfig: { tools: [tool] } }).inputTokens).toBeGreaterThanOrEqual(
      plain + 600,
    )
    const computer = { tools: [{ type: 'computer_20250124', name: 'computer' }], ...said({ type: 'text', text: 'Hi' }) }
    expect(of(computer, 'invoke', CLAUDE).inputTokens).toBeGreaterThanOrEqual(1_600)
  })
})

test.each<[string, BedrockOperation, string, object, number]>([
  ['Converse', 'converse', NOVA, { inferenceConfig: { maxTokens: 77 } }, 77],
  ['a stream', 'converse-stream', NOVA, { inferenceConfig: { maxTokens: 77 } }, 77],
  [
    "a model's own field, the larger one",
    'converse',
    CLAUDE,
    { inferenceConfig: { maxTokens: 5 }, additionalModelRequestFields: { max_tokens: 90 } },
    90,
  ],
  ['no number', 'converse', NOVA, { additionalModelRequestFields: { reasoningConfig: { type: 'enabled' } } }, 64_000],
  ['Claude', 'invoke', CLAUDE, { max_tokens: 33 }, 33],
  ['Nova', 'invoke-with-response-stream', NOVA, { inferenceConfig: { maxTokens: 44 } }, 44],
  ['Titan', 'invoke', 'amazon.titan-text-express-v1', { textGenerationConfig: { maxTokenCount: 55 } }, 55],
  ["Nova's other spelling", 'invoke', NOVA, { inferenceConfig: { max_new_tokens: 45 } }, 45],
  ['embeddings', 'invoke', 'amazon.titan-embed-text-v2:0', { inputText: 'a' }, 0],
  ['counting tokens', 'count-tokens', CLAUDE, { input: {} }, 0],
])('the output of %s is bounded by what the body says', (_, operation, id, body, most) => {
  expect(of(body, operation, id).maxTokens).toBe(most)
})

const OWN = { additionalModelRequestFields: { max_tokens: 7 } }
test.each<[string, BedrockOperation, string, object, number]>([
  ['a negative number', 'converse', NOVA, { additionalModelRequestFields: { max_tokens: -1_000_000 } }, 64_000],
  ['a negative number beside a good one', 'converse', NOVA, { inferenceConfig: { maxTokens: 9 }, max_tokens: -5 }, 9],
  ['a negative number where it is read', 'invoke', CLAUDE, { max_tokens: -5 }, 64_000],
  ['a part of a token', 'invoke', CLAUDE, { max_tokens: 0.5 }, 64_000],
  ['a text', 'invoke', CLAUDE, { max_tokens: '5' }, 64_000],
  ['more than any model writes', 'converse', NOVA, { inferenceConfig: { maxTokens: 9e15 } }, 131_072],
  ["another family's field", 'invoke', 'meta.llama4-scout-17b-instruct-v1:0', { max_tokens: 1 }, 8_192],
  ["a model's own field alone, which Converse may not obey", 'converse', CLAUDE, OWN, 64_000],
  [
    'nothing, of a model that is not known',
    'converse',
    'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
    {},
    131_072,
  ],
])('the output of %s is bounded by the longest answer, never by less', (_, operation, id, body, most) => {
  expect(of(body, operation, id).maxTokens).toBe(most)
})

test('of a request that may be put to several models, the largest is taken', () => {
  expect(estimateOf('converse', ['meta.llama4-scout-17b-instruct-v1:0', NOVA], '{}', {}).maxTokens).toBe(64_000)
  const [one, other] = [
    of({ serviceTier: { type: 'flex' } }),
    { inputTokens: 900, maxTokens: 100_000, tier: 'priority', caches: true },
  ]
  expect(largest(one, [])).toEqual(one)
  expect(largest(one, [other])).toEqual({ inputTokens: 900, maxTokens: 100_000, tier: 'flex', caches: true })
})

describe('a body in which a name is twice', () => {
  test.each([
    '{"inferenceConfig":{"maxTokens":60000},"inferenceConfig":{"maxTokens":1}}',
    '{"inferenceConfig":{"maxTokens":60000,"maxTokens":1}}',
    '{"inferenceConfig":{"max\\u0054okens":60000,"maxTokens":1}}',
    '{"inferenc\\u0065Config":{"maxTokens":60000},"inferenceConfig":{"maxTokens":1}}',
  ])('is written again, as it was estimated: %s', (text) => {
    expect(unambiguous(text)).toBe('{"inferenceConfig":{"maxTokens":1}}')
  })

  test('and any other goes on as it came', () => {
    for (const text of [
      '{ "inferenceConfig" : {"maxTokens": 5, "topP":0.90}, "a": 1, "a": 2 }',
      '{"messages":[{"content":[{"text":"\\"maxTokens\\": 5, \\"maxTokens\\": 6, \\u00e9t\\u00e9"}]}]}',
    ])
      expect(unambiguous(text)).toBe(text)
    expect(unambiguous('{"tool":{"maxTokens":1.0},"inferenceConfig":{"maxTokens":5},"big":12345678901234567890}')).toBe(
      '{"tool":{"maxTokens":1.0},"inferenceConfig":{"maxTokens":5},"big":12345678901234567890}',
    )
  })
})

test('the tier and the cache are read where they are asked for', () => {
  expect(of({ serviceTier: { type: 'priority' } })).toMatchObject({ tier: 'priority', caches: false })
  expect(of({}, 'invoke', CLAUDE, { 'x-amzn-bedrock-service-tier': 'flex' })).toMatchObject({ tier: 'flex' })
  expect(of({}, 'invoke', CLAUDE, { 'x-amzn-bedrock-service-tier': 'flex' })).not.toHaveProperty('caches', true)
  expect(of(said({ text: 'a' }, { cachePoint: { type: 'default' } }))).toMatchObject({ caches: true })
  expect(of({})).not.toHaveProperty('tier')
})
