/** A name that is a list of models, asked for in every API: the next one answers where Bedrock has no capacity for the first. */
import { describe, expect, test } from 'vitest'
import { createTestClient } from './openai/testing/client.ts'
import {
  CONVERSE_ANSWER,
  context,
  converseFrames,
  type Exchange,
  exception,
  items,
  json,
  streamed,
} from './testing/support.ts'

const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const OPUS = 'global.anthropic.claude-opus-5'
const NOVA = 'us.amazon.nova-2-lite-v1:0'
const LIST = {
  models: { M: { smart: { S: CLAUDE }, other: { S: NOVA } } },
  defaultModel: { S: 'smart' },
  fallbacks: { M: { smart: { L: [{ S: NOVA }, { S: OPUS }] } } },
}
const CLAUDE_ANSWER = { type: 'message', content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' }

/** @param full models without capacity */
function setUp(full: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  const made = createTestClient()
  made.aws.replies.dynamodb = json(items({ ...LIST, ...more }))
  made.aws.replies['bedrock-runtime'] = ({ path }: Exchange) => {
    const [, , id = '', operation] = path.split('/').map(decodeURIComponent)
    if (full.includes(id)) return exception('ThrottlingException', 429)
    if (operation === 'converse-stream') return streamed(...converseFrames('Hel', 'lo'))
    return json(operation === 'invoke' ? CLAUDE_ANSWER : CONVERSE_ANSWER)
  }
  const asked = () => made.sent().map(({ path }) => decodeURIComponent(path.split('/')[2] ?? ''))
  const post = (path: string, body: object) =>
    made.app(
      new Request(`https://gateway.invalid/tenant1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${made.client.apiKey}` },
        body: JSON.stringify(body),
      }),
      context(),
    )
  return { ...made, asked, post }
}

const HELLO = { model: 'smart', messages: [{ role: 'user' as const, content: 'Hello' }] }

describe('OpenAI’s API', () => {
  test('each model gets the request as it takes it, and the answer says which one answered', async () => {
    const { client, sent, asked, log } = setUp([CLAUDE])
    // Claude reasons by a budget of tokens, Nova by its own configuration.
    const asking = client.chat.completions.create({ ...HELLO, reasoning_effort: 'low', max_completion_tokens: 4000 })
    const { data, response } = await asking.withResponse()
    expect([data.model, response.headers.get('x-genai-model')]).toEqual(['smart', NOVA])
    expect(asked()).toEqual([CLAUDE, NOVA])
    const [first, second] = sent().map(({ body }) => body.additionalModelRequestFields)
    expect([Object.keys(first), Object.keys(second)]).toEqual([['thinking'], ['reasoningConfig']])
    expect(log[0]).toMatchObject({ model: 'smart', servedModel: NOVA, attempts: 2, outcome: 'ok' })
  })

  test('a stream goes to the next one before its first byte', async () => {
    const { client, asked } = setUp([CLAUDE, NOVA])
    const { data, response } = await client.chat.completions.create({ ...HELLO, stream: true }).withResponse()
    const texts: string[] = []
    for await (const { choices } of data) texts.push(choices[0]?.delta.content ?? '')
    expect([texts.join(''), response.headers.get('x-genai-model')]).toEqual(['Hello', OPUS])
    expect(asked()).toEqual([CLAUDE, NOVA, OPUS])
  })

  test('one that cannot keep to a schema is not asked', async () => {
    const { client, asked } = setUp([CLAUDE])
    const json_schema = { name: 'x', schema: { type: 'object', properties: {}, additionalProperties: false } }
    await client.chat.completions.create({ ...HELLO, response_format: { type: 'json_schema', json_schema } })
    expect(asked()).toEqual([CLAUDE, OPUS])
  })

  test('the first one answers as ever, and says so; a name that is no list says nothing', async () => {
    const { client, asked } = setUp([])
    const { response } = await client.chat.completions.create(HELLO).withResponse()
    expect([asked(), response.headers.get('x-genai-model')]).toEqual([[CLAUDE], CLAUDE])
    const other = await client.chat.completions.create({ ...HELLO, model: 'other' }).withResponse()
    expect(other.response.headers.get('x-genai-model')).toBeNull()
  })

  test('where none has capacity, the caller hears what they would have heard', async () => {
    const { client } = setUp([CLAUDE, NOVA, OPUS])
    const asking = client.chat.completions.create(HELLO, { maxRetries: 0 })
    await expect(asking).rejects.toMatchObject({ status: 429, code: 'model_throttled' })
  })

  test('the tenant’s guardrail is on every one of them', async () => {
    const { client, sent } = setUp([CLAUDE], { guardrail: { M: { id: { S: 'gr1' }, version: { S: '2' } } } })
    await client.chat.completions.create(HELLO)
    expect(sent().map(({ body }) => body.guardrailConfig)).toEqual(
      [1, 2].map(() => ({ guardrailIdentifier: 'gr1', guardrailVersion: '2' })),
    )
  })
})

describe('other APIs', () => {
  test('Converse passes the caller’s body on to the next one as it is', async () => {
    const { post, asked, sent } = setUp([CLAUDE])
    const answer = await post('/model/smart/converse', { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] })
    expect([answer.status, answer.headers.get('x-genai-model')]).toEqual([200, NOVA])
    expect(asked()).toEqual([CLAUDE, NOVA])
    expect(sent()[0]?.body).toEqual(sent()[1]?.body)
  })

  test.each([
    ['Anthropic’s', '/v1/messages', { model: 'smart', max_tokens: 9, messages: HELLO.messages }],
    ['InvokeModel', '/model/smart/invoke', { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: [] }],
  ])('%s bodies go to models of the same family only', async (_name, path, body) => {
    const { post, asked } = setUp([CLAUDE])
    const answer = await post(path, body)
    expect([answer.status, answer.headers.get('x-genai-model')]).toEqual([200, OPUS])
    expect(asked()).toEqual([CLAUDE, OPUS])
  })
})
