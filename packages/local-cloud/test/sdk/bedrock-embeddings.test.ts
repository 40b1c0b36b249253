import { ConverseCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { bedrock, COHERE, HELLO, invoke, TITAN_EMBED, useBedrock } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

describe.skipIf(REMOTE)('Bedrock, embeddings', () => {
  useBedrock()

  it('of Titan are of the size that is asked for, and near each other where the texts are', async () => {
    const embed = async (inputText: string, more = {}) => (await invoke(TITAN_EMBED, { inputText, ...more })).embedding
    expect(await embed('a', { dimensions: 256 })).toHaveLength(256)
    const [cat, cats, stock] = await Promise.all(
      ['the cat sat on the mat', 'a cat sat on a mat', 'shares fell again'].map((text) => embed(text)),
    )
    expect(cat).toHaveLength(1024)
    expect(dot(cat, cat)).toBeCloseTo(1)
    expect(dot(cat, cats)).toBeGreaterThan(0.3)
    expect(dot(cat, stock)).toBeLessThan(0.2)
    expect(await embed('the cat sat on the mat')).toEqual(cat)
    const types = await invoke(TITAN_EMBED, { inputText: 'Hello', embeddingTypes: ['float', 'binary'] })
    expect(Object.keys(types.embeddingsByType)).toEqual(['float', 'binary'])
    expect(types.inputTextTokenCount).toBe(2)
    expect((await invoke('amazon.titan-embed-text-v1', { inputText: 'a' })).embedding).toHaveLength(1536)
  })

  it('of Cohere come for many texts at once, as floats or by type', async () => {
    const texts = ['one', 'two']
    const floats = await invoke(COHERE, { texts, input_type: 'search_document' })
    expect(floats).toMatchObject({ response_type: 'embeddings_floats', texts, id: expect.any(String) })
    expect(floats.embeddings.map((one: number[]) => one.length)).toEqual([1024, 1024])
    const embedding_types = ['float', 'int8', 'uint8', 'binary', 'ubinary']
    const byType = await invoke(COHERE, { texts, input_type: 'search_query', embedding_types })
    expect(byType.response_type).toBe('embeddings_by_type')
    const embeddings: Record<string, number[][]> = byType.embeddings
    expect(Object.entries(embeddings).map(([type, [first]]) => [type, first?.length])).toEqual([
      ...[
        ['float', 1024],
        ['int8', 1024],
        ['uint8', 1024],
        ['binary', 128],
        ['ubinary', 128],
      ],
    ])
    const fourth = await invoke('cohere.embed-v4:0', { texts, input_type: 'search_query', output_dimension: 512 })
    expect(fourth.embeddings[0]).toHaveLength(512)
  })

  it.each<[string, string, unknown, RegExp]>([
    ['a size that Titan has not', TITAN_EMBED, { inputText: 'a', dimensions: 100 }, /#\/dimensions: 100/],
    ['a size of the first Titan', 'amazon.titan-embed-text-v1', { inputText: 'a', dimensions: 256 }, /\[dimensions\]/],
    [
      'too long a text',
      TITAN_EMBED,
      { inputText: 'x'.repeat(8193 * 4) },
      /Max input tokens: 8192, request input token count: 8193/,
    ],
    ['no kind of input', COHERE, { texts: ['a'] }, /input_type|inputType/],
    ['too many texts', COHERE, { texts: Array(97).fill('a'), input_type: 'search_query' }, /less than or equal to 96/],
    [
      'too long a text of Cohere',
      COHERE,
      { texts: ['x'.repeat(2049)], input_type: 'search_query' },
      /expected maxLength: 2048, actual: 2049/,
    ],
    ['a conversation', TITAN_EMBED, { messages: [] }, /extraneous key \[messages\]/],
  ])('refuses %s', async (_what, modelId, body, message) => {
    const error = await failure(invoke(modelId, body))
    expect(error.name).toBe('ValidationException')
    expect(error.message).toMatch(message)
  })

  it('are not for conversations, and are not streamed', async () => {
    const converse = bedrock.send(new ConverseCommand({ modelId: TITAN_EMBED, ...HELLO }))
    expect((await failure(converse)).message).toMatch(/doesn't support the model that you provided/)
    const stream = bedrock.send(new InvokeModelWithResponseStreamCommand({ modelId: TITAN_EMBED, body: '{}' }))
    expect((await failure(stream)).message).toBe('The model is unsupported for streaming.')
  })
})
