import type { ContentBlock, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import {
  converse,
  fixture,
  HAIKU,
  HELLO,
  MICRO,
  NOVA,
  NOVA_1,
  stream,
  TITAN,
  useBedrock,
  user,
} from './bedrock-fixture.ts'
import { failure, REMOTE, TENANT } from './services-fixture.ts'

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
const image = { image: { format: 'png' as const, source: { bytes: PNG } } }
const doc = (name: string): ContentBlock => ({
  document: { format: 'txt', name, source: { bytes: Buffer.from('of lions') } },
})
const asking = (...content: ContentBlock[]): Partial<ConverseCommandInput> => ({
  messages: [{ role: 'user', content: [...content, { text: 'What is this?' }] }],
})
const format = (schema: unknown) => formatOf(JSON.stringify(schema))
const formatOf = (schema: string): Partial<ConverseCommandInput> => ({
  outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'x', schema } } } },
})
const textOf = async (modelId: string, more: Partial<ConverseCommandInput>) =>
  (await converse(modelId, more)).output?.message?.content?.[0]?.text ?? ''

describe.skipIf(REMOTE)('Bedrock, what a conversation holds', () => {
  useBedrock()

  it.each([NOVA, HAIKU])('looks at images and documents (%s)', async (modelId) => {
    const { output, usage } = await converse(modelId, asking(image, doc('zoo')))
    expect(output?.message?.content?.[0]?.text).toContain('With a png of 8 bytes, the txt “zoo”.')
    expect(usage?.inputTokens).toBeGreaterThan(1_600)
  })

  it('writes JSON that fits the schema, whole and in pieces', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        kind: { enum: ['cat', 'dog'] },
        age: { type: 'integer', minimum: 3 },
        friends: { type: 'array', minItems: 2, items: { $ref: '#/$defs/friend' } },
      },
      required: ['name', 'kind', 'age', 'friends'],
      additionalProperties: false,
      $defs: {
        friend: {
          type: 'object',
          properties: { on: { type: 'string', format: 'date' } },
          required: ['on'],
          additionalProperties: false,
        },
      },
    }
    const text = await textOf(HAIKU, format(schema))
    expect(JSON.parse(text)).toEqual({
      name: 'from Claude Haiku 4.5',
      kind: 'cat',
      age: 3,
      friends: [{ on: '2026-11-02' }, { on: '2026-11-02' }],
    })
    const events = await stream(HAIKU, format(schema))
    expect(events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('')).toBe(text)
  })

  it('reads from the prompt cache what it has written to it', async () => {
    const long = 'A long instruction. '.repeat(300)
    const system = [{ text: long }, { cachePoint: { type: 'default' as const, ttl: '1h' as const } }]
    const usageOf = async () => (await converse(HAIKU, { system })).usage
    const tokens = long.length / 4
    const question = { inputTokens: 5, outputTokens: expect.any(Number) }
    expect(await usageOf()).toMatchObject({
      ...question,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: tokens,
      cacheDetails: [{ ttl: '1h', inputTokens: tokens }],
    })
    const read = await usageOf()
    expect(read).toMatchObject({ ...question, cacheReadInputTokens: tokens, cacheWriteInputTokens: 0 })
    expect(read?.totalTokens).toBe(5 + tokens + (read?.outputTokens ?? 0))
    const events = await stream(HAIKU, { system })
    expect(events.at(-1)?.metadata?.usage).toEqual(read)
  })

  it('writes as many words as it is asked for', async () => {
    expect((await textOf(NOVA, { messages: [user('Tell me a story of 500 words.')] })).split(' ')).toHaveLength(500)
  })

  it('repeats the tier, takes notes for the log, and tells the stop sequence when it is asked to', async () => {
    const answer = await converse(HAIKU, {
      serviceTier: { type: 'flex' },
      performanceConfig: { latency: 'standard' },
      requestMetadata: { team: 'a b' },
      inferenceConfig: { stopSequences: ['Haiku'] },
      additionalModelResponseFieldPaths: ['/stop_sequence', '/x'],
    })
    expect(answer).toMatchObject({
      serviceTier: { type: 'flex' },
      performanceConfig: { latency: 'standard' },
      stopReason: 'stop_sequence',
      additionalModelResponseFields: { stop_sequence: 'Haiku' },
    })
  })

  it('asks for the permission of a guardrail before it says that there is none', async () => {
    const guardrailConfig = { guardrailIdentifier: 'gr1', guardrailVersion: '1' }
    expect((await failure(converse(NOVA, { guardrailConfig }))).message).toMatch(/guardrail identifier or version/)
    expect(fixture.asked.at(-1)).toMatchObject({
      action: 'bedrock:ApplyGuardrail',
      resource: `arn:aws:bedrock:us-east-1:${TENANT}:guardrail/gr1`,
    })
    const [invoked] = fixture.asked
    expect(invoked).toMatchObject({
      action: 'bedrock:InvokeModel',
      context: { 'bedrock:GuardrailIdentifier': `arn:aws:bedrock:us-east-1:${TENANT}:guardrail/gr1:1` },
    })
    fixture.decide = ({ action }) =>
      action === 'bedrock:ApplyGuardrail'
        ? { allowed: false, message: 'no', layer: 'identity', layers: ['identity'], explicit: false }
        : { allowed: true }
    expect(await failure(converse(NOVA, { guardrailConfig }))).toMatchObject({ name: 'AccessDeniedException' })
  })

  it.each<[string, string, Partial<ConverseCommandInput>, RegExp]>([
    ['an image for a model of texts', MICRO, asking(image), /doesn't support the image field for user messages/],
    ['a document for one', TITAN, asking(doc('a')), /doesn't support the document field/],
    [
      'bytes that are no image',
      HAIKU,
      asking({ image: { format: 'png', source: { bytes: Buffer.from('no') } } }),
      /Could not process image/,
    ],
    [
      'a large image',
      HAIKU,
      asking({ image: { format: 'png', source: { bytes: Buffer.alloc(5 * 1024 * 1024 + 3) } } }),
      /image exceeds 5 MB maximum/,
    ],
    [
      'an image of another format',
      HAIKU,
      asking({ image: { ...image.image, format: 'gif' } }),
      /appears to be a image\/png/,
    ],
    ['a document named as a file', NOVA, asking(doc('a.txt')), /document file name can only contain/],
    ['two documents of one name', NOVA, asking(doc('a'), doc('a')), /duplicate document names/],
    ['six documents', NOVA, asking(...'abcdef'.split('').map(doc)), /more than 5 documents/],
    [
      'an image of the assistant',
      NOVA,
      { messages: [user('a'), { role: 'assistant', content: [image] }, user('b')] },
      /image field for assistant/,
    ],
    [
      'a schema for a model without',
      NOVA,
      format({ type: 'object', additionalProperties: false }),
      /outputConfig.textFormat/,
    ],
    [
      'a schema that is open',
      HAIKU,
      format({ type: 'object' }),
      /'additionalProperties' must be explicitly set to false/,
    ],
    [
      'five cache points',
      HAIKU,
      asking(...Array<ContentBlock>(5).fill({ cachePoint: { type: 'default' } })),
      /Found 5/,
    ],
    ['a fast answer of a slow model', NOVA_1, { performanceConfig: { latency: 'optimized' } }, /optimized latency/],
    [
      'an empty block',
      NOVA,
      asking({} as ContentBlock),
      /messages\.0\.content\.0 must set one of the following keys: text, image/,
    ],
  ])('refuses %s', async (_what, modelId, input, message) => {
    const error = await failure(converse(modelId, { ...HELLO, ...input }))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })

  it('refuses what is nested beyond all measure', async () => {
    const text = `${'{"a":'.repeat(20_000)}{}${'}'.repeat(20_000)}`
    const answer = await failure(converse(HAIKU, formatOf(text)))
    expect(answer).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
  })

  it('refuses cache points for a model without a cache as AWS, which denies access', async () => {
    const input = asking({ cachePoint: { type: 'default' } })
    expect(await failure(converse(TITAN, input))).toMatchObject({ name: 'AccessDeniedException' })
    const toolConfig = {
      tools: [
        { toolSpec: { name: 'a', inputSchema: { json: { type: 'object' } } } },
        { cachePoint: { type: 'default' as const } },
      ],
    }
    expect((await failure(converse(NOVA, { toolConfig }))).message).toMatch(/tools\/1: extraneous key \[cachePoint\]/)
  })

  it.each<[string, Partial<ConverseCommandInput>, RegExp]>([
    ['videos', asking({ video: { format: 'mp4', source: { bytes: PNG } } }), /messages\.0\.content\.0\.video/],
    ['objects in S3', asking({ image: { format: 'png', source: { s3Location: { uri: 's3://b/k' } } } }), /s3Location/],
    ['variables', { promptVariables: { a: { text: 'b' } } }, /promptVariables/],
  ])('says that it does not have %s, as no outage', async (_what, input, message) => {
    const error = await failure(converse(NOVA, { ...HELLO, ...input }))
    expect(error).toMatchObject({ name: 'UnsupportedByLocalCloud', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toMatch(message)
  })
})
