/** OpenAI's client and AWS's, as they are: they wait for a limit of a minute, and give up at once at a budget. */
import { Readable } from 'node:stream'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { OpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Limits } from '../../shared/limits.ts'
import { type Counting, startCounting } from './counters-fixture.ts'
import { startGateway } from './gateway-fixture.ts'

let counting: Counting
beforeAll(async () => {
  counting = await startCounting()
})
afterAll(() => counting.close())
beforeEach(() => counting.clear())

/** Shortly before the end of a minute: after it, a request is free again. The clock stands until one was refused. */
const MILLISECONDS_LEFT = 700
const START = Date.UTC(2026, 11, 10, 12, 1) - MILLISECONDS_LEFT

function start(limits: Limits) {
  let refused: number | undefined
  const now = () => START + (refused === undefined ? 0 : Date.now() - refused)
  const gateway = startGateway(counting, { limits, now })
  let calls = 0
  const send = async (request: Request) => {
    calls += 1
    const answer = await gateway.fetch(request)
    if (answer.status === 429) refused ??= Date.now()
    return answer
  }
  const openai = new OpenAI({
    apiKey: 'token',
    baseURL: 'https://gateway.invalid/tenant1/v1',
    fetch: (input, init) => send(new Request(input, init)),
  })
  const aws = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: 'https://gateway.invalid/tenant1',
    credentials: { accessKeyId: 'A', secretAccessKey: 's' },
    // It waits by its own measure, not by ours.
    maxAttempts: 12,
    requestHandler: {
      async handle({
        method,
        path,
        headers,
        body,
      }: {
        method: string
        path: string
        headers: Record<string, string>
        body: string
      }) {
        const {
          status: statusCode,
          headers: answered,
          ...response
        } = await whole(await send(new Request(`https://gateway.invalid${path}`, { method, headers, body })))
        return { response: { statusCode, headers: answered, body: Readable.from([response.body]) } }
      },
    },
  })
  const ask = {
    openai: async () => {
      const messages = [{ role: 'user' as const, content: 'Hi' }]
      const answer = await openai.chat.completions.create({ model: 'nova-2-lite', max_tokens: 10, messages })
      return answer.choices[0]?.message.content
    },
    aws: async () => {
      const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]
      const { output } = await aws.send(
        new ConverseCommand({ modelId: 'nova-2-lite', messages, inferenceConfig: { maxTokens: 10 } }),
      )
      return output?.message?.content?.[0]?.text
    },
  }
  return { ask, calls: () => calls, asked: () => gateway.aws.sent('bedrock-runtime').length }
}

const whole = async (response: Response) => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: new Uint8Array(await response.arrayBuffer()),
})

test.each(['openai', 'aws'] as const)('%s waits until the minute has room, and gets its answer', async (client) => {
  const { ask, calls, asked } = start({ tenant: { requestsPerMinute: 1 } })
  expect([await ask[client](), await ask[client]()]).toEqual(['Hello', 'Hello'])
  expect(calls()).toBeGreaterThan(2)
  expect(asked()).toBe(2)
})

test.each([
  ['openai', { status: 429, code: 'budget_exhausted', type: 'insufficient_quota' }],
  ['aws', { name: 'ServiceQuotaExceededException', $metadata: { httpStatusCode: 400, attempts: 1 } }],
] as const)('%s makes one call when the budget is used up', async (client, error) => {
  const { ask, calls, asked } = start({ tenant: { dollarsPerMonth: 0.000_001 } })
  await expect(ask[client]()).rejects.toMatchObject(error)
  expect([calls(), asked()]).toEqual([1, 0])
})
