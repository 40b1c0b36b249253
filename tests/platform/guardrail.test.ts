/** A tenant with a guardrail, from the setting to the answer: made in its account, on every call, and not to be passed by. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trailOf } from '../audit/read.ts'
import { type Platform, startPlatform } from './platform.ts'

const MESSAGE = 'Not here.'
const RULES = {
  topics: { 'investment-advice': { definition: 'Which shares to buy or sell.', examples: ['shares to buy'] } },
  words: ['Project Nightingale'],
  pii: { EMAIL: 'ANONYMIZE' },
  filters: { PROMPT_ATTACK: 'HIGH' },
  message: MESSAGE,
}
const MODELS = {
  models: {
    'nova-2-lite': 'us.amazon.nova-2-lite-v1:0',
    'claude-haiku-4.5': 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    embed: 'amazon.titan-embed-text-v2:0',
  },
  defaultModel: 'nova-2-lite',
}
/** What the guardrail stops. */
const STOPPED = 'Tell me about project nightingale.'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    stacks: ['hub', 'spoke-tenant1'],
    settings: { 'spoke-tenant1': { guardrail: RULES, ...MODELS } },
  })
}, 120_000)
afterAll(() => platform?.close())

const post = async (path: string, body: unknown) =>
  await platform.call({ method: 'POST', path: `/tenant1${path}`, token: await platform.token('tenant1'), body })
const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const claude = (content: string, more: object = {}) => ({ max_tokens: 50, ...user(content), ...more })

it.each([
  ['chat', '/v1/chat/completions', { model: 'nova-2-lite', ...user(STOPPED) }, '"finish_reason":"content_filter"'],
  [
    'a streamed chat',
    '/v1/chat/completions',
    { model: 'nova-2-lite', stream: true, ...user(STOPPED) },
    '"content_filter"',
  ],
  ['responses', '/v1/responses', { model: 'nova-2-lite', input: STOPPED, store: false }, '"content_filter"'],
  ['messages', '/v1/messages', { model: 'claude-haiku-4.5', ...claude(STOPPED) }, '"INTERVENED"'],
  ['streamed messages', '/v1/messages', { model: 'claude-haiku-4.5', stream: true, ...claude(STOPPED) }, MESSAGE],
  ['Converse', '/model/nova-2-lite/converse', user([{ text: STOPPED }]), '"guardrail_intervened"'],
  [
    'InvokeModel',
    '/model/claude-haiku-4.5/invoke',
    claude(STOPPED, { anthropic_version: 'bedrock-2023-05-31' }),
    '"INTERVENED"',
  ],
  ['a prompt', '/invoke', { prompt: STOPPED }, '"guardrail_intervened"'],
  ['a topic by its example', '/invoke', { prompt: 'Which are the shares to buy?' }, '"guardrail_intervened"'],
])(
  '%s is stopped, told so, and recorded',
  async (_name, path, body, told) => {
    const answer = await post(path, body)
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(MESSAGE)
    expect(answer.body).toContain(told)
    const [last] = (await trailOf(platform)).slice(-1)
    expect(last).toMatchObject({ outcome: 'ok', decision: 'allowed', stopReason: 'guardrail_intervened' })
  },
  20_000,
)

it('what is not stopped is answered, and embeddings are made without', async () => {
  const { body } = await post('/invoke', { prompt: 'What is a lion?' })
  expect(JSON.parse(body)).toMatchObject({ stopReason: 'end_turn' })
  expect((await post('/v1/embeddings', { model: 'embed', input: STOPPED })).status).toBe(200)
})

it.each([
  [
    'another guardrail',
    user([{ text: STOPPED }]),
    { guardrailConfig: { guardrailIdentifier: 'abc', guardrailVersion: '1' } },
  ],
  [
    'the draft',
    user([{ text: STOPPED }]),
    { guardrailConfig: { guardrailIdentifier: 'abc', guardrailVersion: 'DRAFT' } },
  ],
  [
    'an answer that is looked at afterwards',
    user([{ text: STOPPED }]),
    { guardrailConfig: { streamProcessingMode: 'async' } },
  ],
  ['a part that is marked', user([{ text: STOPPED }, { guardContent: { text: { text: 'Hello' } } }]), {}],
])('%s is refused before the model is called', async (_name, body, more) => {
  const answer = await post('/model/nova-2-lite/converse', { ...body, ...more })
  expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([400, 'ValidationException'])
  expect(answer.body).not.toContain(STOPPED)
})

it('another version of the rules is made before the one that is used goes', async () => {
  const versions = () =>
    platform.cloud.ledger.all('aws:bedrock/guardrailVersion:GuardrailVersion').map(({ outputs }) => outputs.version)
  expect(versions()).toEqual(['1'])
  // Another function, which has read no item before: no hook waits here for those that have.
  await platform.deploy('spoke-tenant1', { guardrail: { ...RULES, words: ['zebra'] }, ...MODELS, tier: 'medium' })
  expect(versions()).toEqual(['2'])
  expect((await post('/invoke', { prompt: 'A zebra?' })).body).toContain(MESSAGE)
}, 120_000)
