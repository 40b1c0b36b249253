/** With OpenAI's own client, which asks for base64 by itself. */
import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { createTestClient } from '../openai/testing/client.ts'
import { exception, items, json } from '../testing/support.ts'

const TITAN = 'amazon.titan-embed-text-v2:0'
const COHERE = 'cohere.embed-multilingual-v3'
const COHERE_4 = 'us.cohere.embed-v4:0'

function setUp(id = TITAN) {
  const made = createTestClient()
  made.aws.replies.dynamodb = json(
    items({
      models: { M: { embed: { S: id }, chat: { S: 'us.amazon.nova-2-lite-v1:0' } } },
      defaultModel: { S: 'chat' },
    }),
  )
  made.aws.replies['bedrock-runtime'] = ({ body }) => {
    const { texts, inputText } = JSON.parse(`${body}`)
    const counted = { 'x-amzn-bedrock-input-token-count': '3', 'x-amzn-bedrock-output-token-count': '0' }
    const vector = (text: string) => [text.length, 0.5]
    return texts
      ? json({ embeddings: { float: texts.map(vector) }, response_type: 'embeddings_by_type' }, 200, counted)
      : json({ embedding: vector(inputText), inputTextTokenCount: 3 }, 200, counted)
  }
  return made
}

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof APIError) return error
  throw new Error('nothing was refused')
}

describe('embeddings', () => {
  test('of one text and of many, in their order, with what they used', async () => {
    const { client, sent, log } = setUp()
    const input = Array.from({ length: 20 }, (_, index) => 'x'.repeat(index + 1))
    const { data, usage, model } = await client.embeddings.create({ model: 'embed', input, dimensions: 512, user: 'u' })
    expect(data.map(({ embedding, index }) => [index, embedding[0]])).toEqual(
      input.map((text, index) => [index, text.length]),
    )
    expect(usage).toEqual({ prompt_tokens: 60, total_tokens: 60 })
    expect(model).toBe('embed')
    expect(sent()).toHaveLength(20)
    expect(sent()[0]).toEqual({
      path: '/model/amazon.titan-embed-text-v2%3A0/invoke',
      body: { inputText: 'x', dimensions: 512 },
    })
    expect(log[0]).toMatchObject({ operation: 'embeddings', usage: { inputTokens: 60 }, outcome: 'ok' })
  })

  test.each(['float', 'base64'] as const)('as %s', async (encoding_format) => {
    const { client } = setUp()
    const { data } = await client.embeddings.create({ model: 'embed', input: 'abc', encoding_format })
    const [one] = data
    const bytes = Buffer.from(`${one?.embedding}`, 'base64')
    const numbers = encoding_format === 'float' ? one?.embedding : [bytes.readFloatLE(0), bytes.readFloatLE(4)]
    expect(numbers).toEqual([3, 0.5])
  })

  test('of Cohere come 96 at a time, as documents unless told otherwise', async () => {
    const { client, sent } = setUp(COHERE)
    const input = Array.from({ length: 100 }, () => 'abc')
    expect((await client.embeddings.create({ model: 'embed', input })).data).toHaveLength(100)
    expect(sent().map(({ body }) => [body.texts.length, body.input_type])).toEqual([
      [96, 'search_document'],
      [4, 'search_document'],
    ])
    const query = { model: 'embed', input: 'abc', input_type: 'search_query' }
    await client.embeddings.create(query)
    expect(sent().at(-1)?.body).toEqual({ texts: ['abc'], input_type: 'search_query', embedding_types: ['float'] })
  })

  test('take the sizes that the model has', async () => {
    const four = setUp(COHERE_4)
    await four.client.embeddings.create({ model: 'embed', input: 'abc', dimensions: 256 })
    expect(four.sent()[0]?.body).toMatchObject({ output_dimension: 256 })
    const titan = setUp()
    const error = await refusal(titan.client.embeddings.create({ model: 'embed', input: 'abc', dimensions: 300 }))
    expect(error).toMatchObject({ status: 400, param: 'dimensions' })
    expect(titan.sent()).toHaveLength(0)
  })

  test.each([
    [[1, 2, 3], 'input', /check_embedding_ctx_length=False/],
    [[[1, 2], [3]], 'input', /check_embedding_ctx_length=False/],
    ['', 'input', /empty/],
    [[], 'input', /empty/],
    [['a', ''], 'input.1', /empty/],
  ])('of %j are refused: what is wrong is said', async (input, param, words) => {
    const { client } = setUp()
    const error = await refusal(client.embeddings.create({ model: 'embed', input }))
    expect(error).toMatchObject({ status: 400, param })
    expect(error.message).toMatch(words)
  })

  test('are not made by a model that chats', async () => {
    const { client } = setUp()
    expect(await refusal(client.embeddings.create({ model: 'chat', input: 'a' }))).toMatchObject({
      status: 400,
      param: 'model',
    })
  })

  test('fail as one: after a failure nothing more is asked', async () => {
    const { client, aws, sent } = setUp()
    aws.replies['bedrock-runtime'] = exception('ModelErrorException', 424)
    const input = Array.from({ length: 50 }, () => 'abc')
    expect(await refusal(client.embeddings.create({ model: 'embed', input }))).toMatchObject({ status: 502 })
    expect(sent().length).toBeLessThanOrEqual(8)
  })
})
