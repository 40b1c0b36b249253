/** With OpenAI's own client: what it sees, retries, and throws. */
import { APIError, NotFoundError, type OpenAI, RateLimitError } from 'openai'
import { describe, expect, test } from 'vitest'
import { eventFrame, exceptionFrame } from '../model/event-stream.ts'
import { createTestClient } from '../openai/testing/client.ts'
import {
  CONVERSE_ANSWER,
  converseFrames,
  exception,
  items,
  json,
  REQUEST_METADATA,
  streamed,
} from '../testing/support.ts'

const HELLO: { model: string; messages: OpenAI.Chat.ChatCompletionMessageParam[] } = {
  model: 'claude-haiku-4.5',
  messages: [{ role: 'user', content: 'Hello' }],
}

async function thrown(work: () => Promise<unknown>): Promise<APIError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof APIError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a whole answer', () => {
  test('is what the client asked for, with the ids that it logs', async () => {
    const { client, sent, log } = createTestClient()
    const { data, response, request_id } = await client.chat.completions
      .create({ ...HELLO, seed: 1, user: 'ann' })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe('Hello')
    expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 })
    expect(data.model).toBe('claude-haiku-4.5')
    expect(request_id).toBe('request-1')
    expect(response.headers.get('x-genai-ignored')).toBe('seed, user')
    expect(sent()).toEqual([
      {
        path: '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
        body: {
          messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
          inferenceConfig: { maxTokens: 8192 },
          requestMetadata: REQUEST_METADATA,
        },
      },
    ])
    expect(log[0]).toMatchObject({ operation: 'chat_completions', model: 'claude-haiku-4.5', outcome: 'ok' })
  })

  test('may be asked of the model’s Bedrock id', async () => {
    const { client } = createTestClient()
    const id = 'us.amazon.nova-2-lite-v1:0'
    expect((await client.chat.completions.create({ ...HELLO, model: id })).model).toBe(id)
  })

  test('is as long as the tenant’s model says, where the caller says nothing', async () => {
    const { client, aws, sent } = createTestClient()
    aws.replies.dynamodb = json(items({ maxTokens: { M: { 'claude-haiku-4.5': { N: '20000' } } } }))
    await client.chat.completions.create(HELLO)
    expect(sent()[0]?.body.inferenceConfig).toEqual({ maxTokens: 20_000 })
  })

  test('keeps numbers of a tool’s arguments that a double cannot hold', async () => {
    const { client, aws } = createTestClient()
    const content = [{ toolUse: { toolUseId: 't', name: 'f', input: { id: 7 } } }]
    const answer = JSON.stringify({ ...CONVERSE_ANSWER, output: { message: { role: 'assistant', content } } })
    aws.replies['bedrock-runtime'] = { ...json({}), body: answer.replace(':7}', ':12345678901234567890}') }
    const [choice] = (await client.chat.completions.create(HELLO)).choices
    const [call] = choice?.message.tool_calls ?? []
    expect(call?.type === 'function' && call.function.arguments).toBe('{"id":12345678901234567890}')
  })
})

describe('a streamed answer', () => {
  test('comes through the client’s own accumulation, which leaves after [DONE], with the usage', async () => {
    const { client, aws, log } = createTestClient()
    aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel', 'lo'))
    const stream = client.chat.completions.stream({ ...HELLO, stream_options: { include_usage: true } })
    expect(await stream.finalContent()).toBe('Hello')
    expect(await stream.totalUsage()).toMatchObject({ total_tokens: 5 })
    expect(log[0]).toMatchObject({ outcome: 'ok', stopReason: 'end_turn', usage: { totalTokens: 5 } })
  })

  test.each([
    ['an exception in it', [exceptionFrame('throttlingException', 'Too many')], 'model_throttled'],
    ['an early end', [], 'model_answer_incomplete'],
    [
      'an end before the model stopped',
      [eventFrame('contentBlockStop', { contentBlockIndex: 0 })],
      'model_answer_incomplete',
    ],
    ['nonsense of the model', [eventFrame('messageStop', { stopReason: 'malformed_tool_use' })], 'model_error'],
  ])('with %s throws after what had come: no client takes it for a whole one', async (_what, frames, code) => {
    const { client, aws, log } = createTestClient()
    aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2), ...frames)
    const texts: string[] = []
    const error = await thrown(async () => {
      for await (const { choices } of await client.chat.completions.create({ ...HELLO, stream: true })) {
        texts.push(choices[0]?.delta.content ?? '')
      }
    })
    expect(texts.join('')).toBe('Hel')
    expect(error.code).toBe(code)
    expect(log[0]).toMatchObject({ outcome: code })
  })

  test('that is refused before it began has a status of its own', async () => {
    const { client, aws } = createTestClient()
    aws.replies['bedrock-runtime'] = exception('ValidationException', 400, 'The model is tired.')
    const error = await thrown(() => client.chat.completions.create({ ...HELLO, stream: true }))
    expect(error).toMatchObject({ status: 400, code: 'model_rejected_input', type: 'invalid_request_error' })
  })
})

describe('an error', () => {
  test('of the request names the field', async () => {
    const { client, requests } = createTestClient()
    const error = await thrown(() => client.chat.completions.create({ ...HELLO, n: 2 }))
    expect(error).toMatchObject({ status: 400, param: 'n', code: 'field_invalid', type: 'invalid_request_error' })
    expect(requests).toHaveLength(1)
  })

  test('of an unknown model is 404 to these clients', async () => {
    const { client } = createTestClient()
    const error = await thrown(() => client.chat.completions.create({ ...HELLO, model: 'gpt-5' }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ param: 'model', code: 'model_not_allowed' })
  })

  test('of the quota is repeated by the client, as Retry-After says', async () => {
    const { client, aws, requests } = createTestClient()
    aws.replies['bedrock-runtime'] = exception('ThrottlingException', 429, '', { 'retry-after': '1' })
    const error = await thrown(() => client.chat.completions.create(HELLO, { maxRetries: 1 }))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(requests).toHaveLength(2)
  })

  test('whose repetition would cost the tokens again is not repeated', async () => {
    const { client, aws, requests } = createTestClient()
    aws.replies['bedrock-runtime'] = exception('ModelTimeoutException', 408)
    expect(await thrown(() => client.chat.completions.create(HELLO))).toMatchObject({ status: 504 })
    expect(requests).toHaveLength(1)
  })
})
