/**
 * Bodies that a hostile caller sends: lists of 200,000 elements, 10,000 levels, long texts, in every field of every operation. Each is
 * answered as what it is, whether the model takes it or refuses it, and none takes time that grows with its square.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { fromRequest } from '../../functions/gateway/adapters/web.ts'
import type { Answer } from '../../functions/gateway/http.ts'
import { eventFrame } from '../../functions/gateway/model/event-stream.ts'
import { CHAT, EMBEDDINGS } from '../../functions/gateway/openai/fields.ts'
import type { OfferedOperation } from '../../functions/gateway/operation.ts'
import { OPERATIONS } from '../../functions/gateway/operations.ts'
import { RESPONSES } from '../../functions/gateway/responses/fields.ts'
import { createTestAppFor } from '../../functions/gateway/testing/app.ts'
import {
  CONVERSE_ANSWER,
  claims,
  context,
  converseFrames,
  createSigner,
  type Exchange,
  exception,
  json,
  streamed,
} from '../../functions/gateway/testing/support.ts'
import { NOW, PATIENT } from './support.ts'

const MANY = 200_000
const DEEP = 10_000
const CLAUDE = 'claude-haiku-4.5'
const NOVA = 'nova-2-lite'

type Fields = Readonly<Record<string, unknown>>
interface Hostile {
  readonly what: string
  /** The body's text, `many` elements or characters long. */
  text(many: number): string
}

const body = (what: string, fields: (many: number) => Fields): Hostile => ({
  what,
  text: (many) => JSON.stringify(fields(many)),
})
const list = <T>(many: number, one: (index: number) => T): T[] => Array.from({ length: many }, (_, index) => one(index))
const nested = (open: string, close: string) => open.repeat(DEEP) + close.repeat(DEEP)

/** What can be in any field, as JSON. */
const VALUES: Readonly<Record<string, (many: number) => string>> = {
  'a list of texts': (many) => JSON.stringify(list(many, (index) => `text ${index}`)),
  'a list of numbers': (many) => JSON.stringify(list(many, (index) => index + 0.5)),
  'a list of objects': (many) => JSON.stringify(list(many, () => ({ type: 'text', text: 'x' }))),
  'an object of many fields': (many) => JSON.stringify(Object.fromEntries(list(many, (index) => [`field${index}`, 1]))),
  'long digits': (many) => JSON.stringify('9'.repeat(many)),
  'a long number': (many) => '9'.repeat(many),
  'white space': (many) => JSON.stringify(' '.repeat(many)),
  dots: (many) => JSON.stringify('.'.repeat(many)),
  backslashes: (many) => JSON.stringify('\\"'.repeat(many)),
}

/** Too deep wherever it is: read before any field is. */
const DEPTHS: Readonly<Record<string, () => string>> = {
  'a deep list': () => nested('[', ']'),
  'a deep object': () => `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
}

/** In each field of a body that is good otherwise one of the values, another in the next; in the last, the depths. */
function inEvery(base: Fields, fields: readonly string[]): readonly Hostile[] {
  const kinds = Object.entries(VALUES)
  const inField = (field: string, [kind, value]: readonly [string, (many: number) => string]): Hostile => ({
    what: `${kind} as ${field}`,
    text: (many) => JSON.stringify({ ...base, [field]: 'HERE' }).replace('"HERE"', () => value(many)),
  })
  const last = fields.at(-1) ?? ''
  const rotated = Array.from({ length: Math.max(fields.length, kinds.length) }, (_, index) =>
    inField(fields[index % fields.length] ?? last, kinds[index % kinds.length] as (typeof kinds)[number]),
  )
  return [...rotated, ...Object.entries(DEPTHS).map((one) => inField(last, one))]
}

const user = (content: unknown) => ({ role: 'user', content })
const call = (index: number, text = '{}') => ({
  id: `call${index}`,
  type: 'function',
  function: { name: 'f', arguments: text },
})
const tool = (index: number, parameters: unknown = {}) => ({
  type: 'function',
  function: { name: `f${index}`, parameters },
})
const chat = { model: NOVA, messages: [user('Hi')] }
/** Text for text: a long chat of any API. */
const turns = (many: number) =>
  list(many, (index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content: `${index}` }))
const deepSchema = JSON.parse(`${'{"a":'.repeat(400)}1${'}'.repeat(400)}`)

const CHATS: readonly Hostile[] = [
  ...inEvery(chat, Object.keys(CHAT)),
  body('turns', (many) => ({ ...chat, messages: turns(many + 1 - (many % 2)) })),
  body('messages of one user', (many) => ({ ...chat, messages: list(many, () => user('Hi')) })),
  body('system messages', (many) => ({
    ...chat,
    messages: [...list(many, () => ({ role: 'system', content: 'x' })), user('Hi')],
  })),
  body('parts', (many) => ({ ...chat, messages: [user(list(many, () => ({ type: 'text', text: 'x' })))] })),
  body('parts after another message', (many) => ({
    ...chat,
    messages: [user('Hi'), user(list(many, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })))],
  })),
  body('calls and results', (many) => ({
    ...chat,
    messages: [
      user('Hi'),
      { role: 'assistant', tool_calls: list(many / 2, (index) => call(index)) },
      ...list(many / 2, (index) => ({ role: 'tool', tool_call_id: `call${index}`, content: 'x' })),
    ],
    tools: [tool(0)],
  })),
  body('calls without results', (many) => ({
    ...chat,
    messages: [user('Hi'), { role: 'assistant', tool_calls: list(many, (index) => call(index)) }],
  })),
  body('deep arguments', () => ({
    ...chat,
    messages: [
      user('Hi'),
      { role: 'assistant', tool_calls: [call(0, `{"a":${nested('[', ']')}}`)] },
      { role: 'tool', tool_call_id: 'call0', content: 'x' },
    ],
    tools: [tool(0)],
  })),
  body('long texts of a result', (many) => ({
    ...chat,
    messages: [
      user('Hi'),
      { role: 'assistant', tool_calls: [call(0)] },
      { role: 'tool', tool_call_id: 'call0', content: list(many, () => ({ type: 'text', text: ' ' })) },
    ],
  })),
  body('thoughts', (many) => ({
    model: CLAUDE,
    reasoning_effort: 'low',
    max_tokens: 4096,
    messages: [
      user('Hi'),
      {
        role: 'assistant',
        content: 'x',
        thinking_blocks: list(many, () => ({ type: 'thinking', thinking: 'x', signature: 'y' })),
      },
      user('Hi'),
    ],
  })),
  body('tools', (many) => ({ ...chat, tools: list(many, (index) => tool(index)) })),
  body('tools that are allowed', (many) => ({
    ...chat,
    tools: list(many, (index) => tool(index)),
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: {
        mode: 'auto',
        tools: list(many, (index) => ({ type: 'function', function: { name: `f${index}` } })),
      },
    },
  })),
  body('deep parameters', () => ({ ...chat, tools: [tool(0, deepSchema)] })),
  body('a deep schema, a long number in it', () => ({
    model: CLAUDE,
    messages: [user('Hi')],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'x', schema: { deepSchema, number: '99999999999999999999' } },
    },
  })),
  body('a long file name', (many) => ({
    ...chat,
    messages: [
      user([
        { type: 'text', text: 'x' },
        { type: 'file', file: { filename: '.'.repeat(many), file_data: 'data:text/plain;base64,AAAA' } },
      ]),
    ],
  })),
  ...['data:', ';', '='].map((text) =>
    body(`an image of ${text}`, (many) => ({
      ...chat,
      messages: [user([{ type: 'image_url', image_url: { url: `data:image/png${text.repeat(many)}` } }])],
    })),
  ),
  ...['A', 'A='].map((text) =>
    body(`base64 of ${text}`, (many) => ({
      ...chat,
      messages: [user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${text.repeat(many)}` } }])],
    })),
  ),
]

const responses = { model: CLAUDE, input: 'Hi' }
const called = (index: number) => ({ type: 'function_call', call_id: `call${index}`, name: 'f', arguments: '{}' })
const answered = (index: number) => ({ type: 'function_call_output', call_id: `call${index}`, output: 'x' })
const RESPONSES_BODIES: readonly Hostile[] = [
  ...inEvery(responses, Object.keys(RESPONSES)),
  body('turns', (many) => ({ ...responses, input: turns(many + 1 - (many % 2)) })),
  body('parts', (many) => ({
    ...responses,
    input: ['Hi', list(many, () => ({ type: 'input_text', text: 'x' }))].map(user),
  })),
  body('calls and results', (many) => ({
    ...responses,
    input: [user('Hi'), ...list(many / 2, called), ...list(many / 2, answered)],
    tools: [{ type: 'function', name: 'f', parameters: {} }],
  })),
  body('thoughts', (many) => ({
    ...responses,
    input: [
      user('Hi'),
      {
        type: 'reasoning',
        summary: [],
        encrypted_content: Buffer.from(
          JSON.stringify(list(many, () => ({ type: 'thinking', thinking: 'x', signature: 'y' }))),
        ).toString('base64'),
      },
      user('Hi'),
    ],
  })),
  body('a deep thought', () => ({
    ...responses,
    input: [user('Hi'), { type: 'reasoning', encrypted_content: Buffer.from(nested('[', ']')).toString('base64') }],
  })),
  body('tools', (many) => ({ ...responses, tools: list(many, (index) => ({ type: 'function', name: `f${index}` })) })),
]

const converse = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }
const CONVERSES = [
  ...inEvery(converse, ['messages', 'inferenceConfig', 'additionalModelRequestFields', 'system', 'toolConfig']),
  body('turns', (many) => ({ messages: turns(many) })),
]
const claude = { model: CLAUDE, max_tokens: 10, messages: [user('Hi')] }
const CLAUDES = [
  ...inEvery(claude, [
    'model',
    'max_tokens',
    'messages',
    'system',
    'thinking',
    'anthropic_beta',
    'stream',
    'container',
    'metadata',
  ]),
  body('turns', (many) => ({ ...claude, messages: turns(many) })),
]

const HOSTILE: Readonly<Record<string, readonly Hostile[]>> = {
  chat_completions: CHATS,
  responses: RESPONSES_BODIES,
  embeddings: inEvery({ model: NOVA, input: 'x' }, Object.keys(EMBEDDINGS)),
  invoke: inEvery({ prompt: 'x' }, ['prompt', 'model', 'maxTokens', 'temperature', 'system', 'other']),
  converse: CONVERSES,
  converse_stream: CONVERSES,
  invoke_model: inEvery({ max_tokens: 10 }, ['max_tokens', 'messages', 'anthropic_beta']),
  invoke_model_stream: inEvery({ max_tokens: 10 }, ['max_tokens', 'messages', 'anthropic_beta']),
  count_tokens: inEvery({}, ['input']),
  messages: CLAUDES,
  messages_count_tokens: CLAUDES,
}

const MODELS = {
  takes: ({ path }: Exchange) => {
    if (path.endsWith('/converse')) return json(CONVERSE_ANSWER)
    if (path.endsWith('/converse-stream')) return streamed(...converseFrames('Hello'))
    if (path.endsWith('-stream'))
      return streamed(eventFrame('chunk', { bytes: Buffer.from('{"type":"message_stop"}').toString('base64') }))
    return json({ inputTokens: 5, type: 'message' })
  },
  refuses: () =>
    exception('ValidationException', 400, `The text of 200,000 words is refused: ${'because '.repeat(MANY)}`),
}

const signer = await createSigner('key-1')
const { app, aws, log } = createTestAppFor(async (answer) => answer, signer.jwk, NOW)
let token = ''
beforeAll(async () => {
  token = await signer.sign(claims(NOW / 1000))
})

/** How long it took, and what came of it. */
async function ask({ path }: OfferedOperation, text: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'anthropic-beta': 'x,'.repeat(20_000),
  }
  const url = `http://gateway.example/tenant1${path.replace('{model}', CLAUDE)}`
  const request = fromRequest(new Request(url, { method: 'POST', headers, body: text }))
  const started = performance.now()
  const answer: Answer = await app(request, context())
  if (typeof answer.body !== 'string') for await (const _ of answer.body);
  return { status: answer.status, code: log.at(-1)?.outcome, milliseconds: performance.now() - started }
}

const posts = OPERATIONS.filter((one): one is OfferedOperation => 'answer' in one && one.method === 'POST')

it('every operation that takes a body is tried', () => {
  expect(posts.map(({ name }) => name).sort()).toEqual(Object.keys(HOSTILE).sort())
})

describe.each(posts)('$name', (operation) => {
  it.each(Object.entries(MODELS))('with a model that %s what it gets', PATIENT, async (_, reply) => {
    aws.replies['bedrock-runtime'] = reply
    for (const { what, text } of HOSTILE[operation.name] ?? []) {
      const { status, code, milliseconds } = await ask(operation, text(MANY))
      const told = { what, status, code }
      expect([told, status === 200 || (status >= 400 && status < 500)]).toEqual([told, true])
      // Where it was not quick: a work that grows with the square takes 64 times as long for eight times as much.
      if (milliseconds < 5_000) continue
      const less = await ask(operation, text(MANY / 8))
      expect([what, milliseconds / less.milliseconds < 32]).toEqual([what, true])
    }
  })
})
