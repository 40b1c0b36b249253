/** The gateway as the AWS SDK sees it: the real client, unmodified, with the token as its API key. */

import { Readable } from 'node:stream'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventFrame } from './model/event-stream.ts'
import { createTestApp } from './testing/app.ts'
import {
  claims,
  context,
  converseFrames,
  createSigner,
  exception,
  items,
  json,
  REGION,
  REQUEST_METADATA,
  streamed,
} from './testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)

let signer: Awaited<ReturnType<typeof createSigner>>
let token: string
beforeAll(async () => {
  signer = await createSigner('key-1')
  token = await signer.sign(claims(NOW / 1000))
})
afterEach(() => vi.unstubAllEnvs())

const setUp = () => createTestApp(signer.jwk, NOW)

describe('an unmodified AWS SDK', () => {
  /** The real client, with the app where its connection would be. */
  function client(app: ReturnType<typeof setUp>['app']) {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', token)
    return new BedrockRuntimeClient({
      region: REGION,
      endpoint: 'https://gateway.invalid/tenant1',
      maxAttempts: 1,
      requestHandler: {
        handle: async (sent: { method: string; path: string; headers: Record<string, string>; body: string }) => {
          const response = await app(
            new Request(`https://gateway.invalid${sent.path}`, {
              method: sent.method,
              headers: sent.headers,
              body: sent.body,
            }),
            context(),
          )
          return {
            response: {
              statusCode: response.status,
              headers: Object.fromEntries(response.headers),
              body: Readable.from([new Uint8Array(await response.arrayBuffer())]),
            },
          }
        },
      },
    })
  }
  const messages = [
    {
      role: 'user' as const,
      content: [
        { text: 'What is this?' },
        { image: { format: 'png' as const, source: { bytes: new Uint8Array([1, 2]) } } },
      ],
    },
  ]

  test('converses, with images and tools', async () => {
    const { app, aws } = setUp()
    const answer = await client(app).send(
      new ConverseCommand({
        modelId: 'nova-2-lite',
        messages,
        toolConfig: { tools: [{ toolSpec: { name: 't', inputSchema: { json: { type: 'object' } } } }] },
      }),
    )
    expect(answer.output?.message?.content).toEqual([{ text: 'Hello' }])
    expect(answer.$metadata.requestId).toBe('request-1')
    expect(JSON.parse(aws.sent('bedrock-runtime')[0]?.body ?? '')).toEqual({
      messages: [
        { role: 'user', content: [{ text: 'What is this?' }, { image: { format: 'png', source: { bytes: 'AQI=' } } }] },
      ],
      toolConfig: { tools: [{ toolSpec: { name: 't', inputSchema: { json: { type: 'object' } } } }] },
      inferenceConfig: { maxTokens: 1024 },
      requestMetadata: REQUEST_METADATA,
    })
  })

  test.each([
    ['model not allowed', 'gpt', {}, 'AccessDeniedException', 403],
    [
      'throttled',
      'nova-2-lite',
      { 'bedrock-runtime': exception('ThrottlingException', 429) },
      'ThrottlingException',
      429,
    ],
    [
      'not ready',
      'nova-2-lite',
      { 'bedrock-runtime': exception('ModelNotReadyException', 429) },
      'ModelNotReadyException',
      429,
    ],
    [
      'validation',
      'nova-2-lite',
      { 'bedrock-runtime': exception('ValidationException', 400, 'bad') },
      'ValidationException',
      400,
    ],
    ['timeout', 'nova-2-lite', { 'bedrock-runtime': 'timeout' as const }, 'ModelTimeoutException', 408],
    ['outage', 'nova-2-lite', { dynamodb: 'timeout' as const }, 'ServiceUnavailableException', 503],
  ])('makes its own exceptions of our errors: %s', async (_name, modelId, replies, name, status) => {
    const { app, aws } = setUp()
    Object.assign(aws.replies, replies)
    const failed = client(app).send(new ConverseCommand({ modelId, messages }))
    await expect(failed).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status, requestId: 'request-1' } })
    await expect(failed).rejects.toThrow(/\w/)
  })

  test('streams', async () => {
    const { app, aws } = setUp()
    aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel', 'lo'))
    const { stream } = await client(app).send(new ConverseStreamCommand({ modelId: 'nova-2-lite', messages }))
    const texts = []
    for await (const { contentBlockDelta, metadata } of stream ?? []) {
      if (contentBlockDelta) texts.push(contentBlockDelta.delta?.text)
      if (metadata) expect(metadata.usage).toEqual({ inputTokens: 3, outputTokens: 2, totalTokens: 5 })
    }
    expect(texts).toEqual(['Hel', 'lo'])
  })

  test('a failure in the middle of a stream is an exception of its own, never a normal end', async () => {
    const { app, aws } = setUp()
    aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2))
    const { stream } = await client(app).send(new ConverseStreamCommand({ modelId: 'nova-2-lite', messages }))
    const read = async () => {
      for await (const _ of stream ?? []);
    }
    await expect(read()).rejects.toMatchObject({ name: 'ModelStreamErrorException', message: /before its answer did/ })
  })

  const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
  const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [] })

  test('invokes a model with its own body, by its Bedrock id, with what is asked beside it', async () => {
    const { app, aws, log } = setUp()
    const counted = { 'x-amzn-bedrock-input-token-count': '3', 'x-amzn-bedrock-output-token-count': '2' }
    aws.replies['bedrock-runtime'] = json({ content: [] }, 200, counted)
    const answer = await client(app).send(
      new InvokeModelCommand({ modelId: CLAUDE, body, guardrailIdentifier: 'gr1', guardrailVersion: '1' }),
    )
    expect(answer.body.transformToString()).toBe('{"content":[]}')
    const [sent] = aws.sent('bedrock-runtime')
    expect(sent?.body).toBe(body)
    expect(sent?.path).toBe(`/model/${encodeURIComponent(CLAUDE)}/invoke`)
    expect(sent?.headers).toMatchObject({
      'x-amzn-bedrock-guardrailidentifier': 'gr1',
      'x-amzn-bedrock-guardrailversion': '1',
    })
    expect(log[0]).toMatchObject({ operation: 'invoke_model', model: 'claude-haiku-4.5', usage: { totalTokens: 5 } })
  })

  test('invokes with a stream, whose usage Bedrock tells in the last chunk', async () => {
    const { app, aws, log } = setUp()
    const chunk = (value: object) =>
      eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(value)).toString('base64') })
    const metrics = { inputTokenCount: 3, outputTokenCount: 2, invocationLatency: 1, firstByteLatency: 1 }
    const last = { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics }
    aws.replies['bedrock-runtime'] = streamed(chunk({ type: 'message_start' }), chunk(last))
    const answer = await client(app).send(new InvokeModelWithResponseStreamCommand({ modelId: CLAUDE, body }))
    const chunks = []
    for await (const { chunk: one } of answer.body ?? []) chunks.push(JSON.parse(new TextDecoder().decode(one?.bytes)))
    expect(chunks).toEqual([{ type: 'message_start' }, last])
    expect(log[0]).toMatchObject({ operation: 'invoke_model_stream', stream: true, usage: { totalTokens: 5 } })
  })

  test('a model whose bodies nobody knows is refused by name', async () => {
    const { app, aws } = setUp()
    aws.replies.dynamodb = json(items({ models: { M: { 'nova-2-lite': { S: 'ai21.jamba-1-5-large-v1:0' } } } }))
    const failed = client(app).send(new InvokeModelCommand({ modelId: 'nova-2-lite', body: '{}' }))
    await expect(failed).rejects.toMatchObject({ message: expect.stringContaining('"nova-2-lite" are not known') })
    expect(aws.sent('bedrock-runtime')).toHaveLength(0)
  })

  test('counts tokens, by the foundation model of a profile', async () => {
    const { app, aws } = setUp()
    aws.replies['bedrock-runtime'] = json({ inputTokens: 7 })
    const answer = await client(app).send(
      new CountTokensCommand({ modelId: CLAUDE, input: { converse: { messages } } }),
    )
    expect(answer.inputTokens).toBe(7)
    expect(aws.sent('bedrock-runtime')[0]?.path).toBe('/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/count-tokens')
  })
})
