/** The gateway as the AWS SDK sees it: the real client, unmodified, with the token as its API key. */
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestApp } from './test-app.ts'
import { claims, context, createSigner, exception, REGION } from './test-support.ts'

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
              body: new Uint8Array(await response.arrayBuffer()),
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

  test('hears why it cannot stream', async () => {
    const { app } = setUp()
    const failed = client(app).send(new ConverseStreamCommand({ modelId: 'nova-2-lite', messages }))
    await expect(failed).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('Use converse'),
      $metadata: { httpStatusCode: 501 },
    })
  })
})
