import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AwsError, UnsupportedError } from '../../errors.ts'
import { read, VALIDATION_EXCEPTIONS } from '../../wire/protocol/shape.ts'
import { findModel, isEmbedding, type TextModel } from './catalogue.ts'
import { INPUT } from './converse/input.ts'
import { promptOf } from './converse/read.ts'
import { checkConversation } from './converse/rules.ts'
import { EMBEDDINGS } from './embeddings/embeddings.ts'
import { FAMILIES } from './families/families.ts'
import { readBody } from './invoke/invoke.ts'
import { collect, type Generation, type ModelEvent, type Prompt } from './model-backend.ts'
import { checkModel } from './model-rules.ts'
import { invalid } from './refusals.ts'
import { standIn } from './stand-in/stand-in.ts'

function textModel(id: string): TextModel {
  const model = findModel(id)?.model
  if (!model || isEmbedding(model)) throw new Error(`${id} is no model of texts.`)
  return model
}

const HAIKU = textModel('anthropic.claude-haiku-4-5-20251001-v1:0')
const NOVA = textModel('amazon.nova-2-lite-v1:0')
const TITAN = textModel('amazon.titan-text-lite-v1')

/** As `Converse` reads a body. */
function converse(body: unknown, model: TextModel): Prompt {
  const input = read(INPUT, body, VALIDATION_EXCEPTIONS)
  checkConversation(input)
  const prompt = promptOf(input)
  const more = FAMILIES[model.family].additional(input.additionalModelRequestFields ?? {}, model, prompt)
  return checked({ ...prompt, ...more }, model)
}

function checked(prompt: Prompt, model: TextModel): Prompt {
  checkModel(model, prompt)
  FAMILIES[model.family].check(model, prompt, invalid)
  return prompt
}

const invoke = (body: unknown, model: TextModel) => checked(readBody(body, model), model)

function embed(body: unknown, id: string): unknown {
  const model = findModel(id)?.model
  return model && isEmbedding(model) && EMBEDDINGS[model.family](body, model, 'r')
}

const READERS: readonly ((body: unknown) => unknown)[] = [
  ...[HAIKU, NOVA, TITAN].flatMap((model) => [
    (body: unknown) => converse(body, model),
    (body: unknown) => invoke(body, model),
  ]),
  (body) => embed(body, 'amazon.titan-embed-text-v2:0'),
  (body) => embed(body, 'cohere.embed-english-v3'),
]

/** Bodies that are right, to be bent. */
const text = { text: 'Use the clock.' }
const BODIES: readonly object[] = [
  {
    messages: [
      { role: 'user', content: [text, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'clock', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ json: {} }] } }] },
    ],
    system: [text, { cachePoint: { type: 'default' } }],
    toolConfig: {
      tools: [{ toolSpec: { name: 'clock', inputSchema: { json: { type: 'object', properties: {} } } } }],
      toolChoice: { any: {} },
    },
    inferenceConfig: { maxTokens: 10, stopSequences: ['x'] },
    additionalModelRequestFields: {},
  },
  {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 2000,
    messages: [
      { role: 'user', content: 'Use the clock.' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'clock', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'noon' }] }] },
    ],
    tools: [{ name: 'clock', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
    tool_choice: { type: 'auto' },
    output_config: { format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } } },
  },
  { inputText: 'a', textGenerationConfig: { maxTokenCount: 5 } },
  { texts: ['a', 'b'], input_type: 'search_query', embedding_types: ['int8'] },
]

it('takes each of them as it is', () => {
  const taken = BODIES.map((body) =>
    READERS.some((reader) => {
      try {
        return reader(body) !== undefined
      } catch {
        return false
      }
    }),
  )
  expect(taken).toEqual(BODIES.map(() => true))
})

/** A body with one of its members replaced by any JSON. */
const bent = fc
  .tuple(fc.constantFrom(...BODIES), fc.jsonValue({ maxDepth: 3 }), fc.nat())
  .map(([body, value, which]) => {
    const copy: unknown = structuredClone(body)
    const places: (() => void)[] = []
    const walk = (at: unknown) => {
      if (typeof at !== 'object' || at === null) return
      for (const [key, one] of Object.entries(at)) {
        places.push(() => Object.assign(at, { [key]: value }))
        walk(one)
      }
    }
    walk(copy)
    places[which % places.length]?.()
    return copy
  })

it('reads any body, or refuses it as AWS does', () => {
  fc.assert(
    fc.property(fc.oneof(bent, fc.jsonValue()), (body) => {
      for (const reader of READERS)
        try {
          reader(body)
        } catch (error) {
          expect(error instanceof AwsError || error instanceof UnsupportedError ? 'refused' : error).toBe('refused')
        }
    }),
    { numRuns: 300 },
  )
})

const generation = fc.record({
  question: fc.oneof(fc.string(), fc.constantFrom('the clock, and get_weather {"city":"Rome"}', '50 words', '')),
  maxTokens: fc.integer({ min: 1, max: 60 }),
  stopSequences: fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  family: fc.constantFrom('anthropic', 'nova'),
  thinks: fc.boolean(),
  choice: fc.constantFrom('auto', 'any', 'none'),
  tools: fc.boolean(),
})

it('writes blocks one after the other, one end, and no more than it may', async () => {
  await fc.assert(
    fc.asyncProperty(generation, async ({ question, thinks, choice, tools, ...more }) => {
      const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
      const asked: Generation = {
        system: [],
        messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
        tools: tools ? ['clock', 'get_weather'].map((name) => ({ name, schema })) : [],
        toolChoice: { type: choice as 'auto' },
        ...(thinks && { reasoning: {} }),
        modelId: 'm',
        invokedId: 'm',
        modelName: 'Model',
        account: '222222222222',
        region: 'us-east-1',
        streamed: false,
        signal: new AbortController().signal,
        ...more,
      }
      const events: ModelEvent[] = []
      for await (const event of standIn().generate(asked)) events.push(event)
      const order = events.map(({ kind }) => kind).join(' ')
      expect(order).toMatch(/^(start( delta)*( signature)? stop )*end$/)
      const whole = await collect(standIn().generate(asked))
      expect(whole.usage.outputTokens).toBeLessThanOrEqual(more.maxTokens)
      const written = events.flatMap((event) => (event.kind === 'delta' ? [event.text] : [])).join('')
      expect(whole.usage.outputTokens).toBe(Math.ceil([...written].length / 4))
      // A call that was not cut off is whole.
      if (whole.stopReason === 'tool_use')
        expect(whole.content.at(-1)).toMatchObject({ input: { city: expect.any(String) } })
    }),
    { numRuns: 200 },
  )
})
