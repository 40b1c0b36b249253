/** With OpenAI's own client: what it sees, sends back and throws. */
import { APIError } from 'openai'
import { expect, test } from 'vitest'
import { eventFrame, exceptionFrame } from '../model/event-stream.ts'
import { createTestClient } from '../openai/testing/client.ts'
import { CONVERSE_ANSWER, converseFrames, json, streamed } from '../testing/support.ts'

const HELLO = { model: 'claude-haiku-4.5', input: 'Hello', store: false } as const

test('a whole answer, its usage, and what was ignored', async () => {
  const { client, sent, log } = createTestClient()
  const { data, response } = await client.responses.create({ ...HELLO, user: 'ann' }).withResponse()
  expect(data.output_text).toBe('Hello')
  expect(data).toMatchObject({ id: 'resp_request1', status: 'completed', usage: { input_tokens: 3, output_tokens: 2 } })
  expect(response.headers.get('x-genai-ignored')).toBe('user')
  expect(sent()[0]).toMatchObject({ body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] } })
  expect(log[0]).toMatchObject({ operation: 'responses', model: 'claude-haiku-4.5', outcome: 'ok' })
})

test('a stream, which the client puts together to the same answer', async () => {
  const { client, aws, log } = createTestClient()
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel', 'lo'))
  const stream = client.responses.stream(HELLO)
  const deltas: string[] = []
  stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
  const response = await stream.finalResponse()
  expect(deltas).toEqual(['Hel', 'lo'])
  expect([response.output_text, response.usage?.total_tokens]).toEqual(['Hello', 5])
  expect(log[0]).toMatchObject({ stopReason: 'end_turn', usage: { inputTokens: 3 } })
})

test('a call that goes out as it came, a long number in its arguments', async () => {
  const { client, aws, sent } = createTestClient()
  const content = [{ toolUse: { toolUseId: 't', name: 'f', input: { id: 7 } } }]
  const answer = JSON.stringify({
    ...CONVERSE_ANSWER,
    stopReason: 'tool_use',
    output: { message: { role: 'assistant', content } },
  })
  aws.replies['bedrock-runtime'] = { ...json({}), body: answer.replace(':7}', ':12345678901234567890}') }
  const tools = [{ type: 'function' as const, name: 'f', parameters: {}, strict: false }]
  const { output } = await client.responses.create({ ...HELLO, tools })
  expect(output).toMatchObject([{ type: 'function_call', call_id: 't', arguments: '{"id":12345678901234567890}' }])
  const results = [{ type: 'function_call_output' as const, call_id: 't', output: 'ok' }]
  await client.responses.create({
    ...HELLO,
    input: [{ role: 'user', content: 'Hello' }, ...output, ...results] as never,
    tools,
  })
  expect(aws.sent('bedrock-runtime').at(-1)?.body).toContain('{"id":12345678901234567890}')
  expect(sent()).toHaveLength(2)
})

test.each([
  ['an exception', [exceptionFrame('throttlingException', 'Too many tokens')], 'model_throttled'],
  ['an end before its time', [], 'model_answer_incomplete'],
  ['nonsense', [eventFrame('messageStop', { stopReason: 'malformed_tool_use' })], 'model_error'],
])('a stream with %s in it is thrown, and has no normal end', async (_name, frames, code) => {
  const { client, aws } = createTestClient()
  aws.replies['bedrock-runtime'] = () => streamed(...converseFrames('Hel').slice(0, 2), ...frames)
  const seen: string[] = []
  const read = async () => {
    for await (const { type } of await client.responses.create({ ...HELLO, stream: true })) seen.push(type)
  }
  await expect(read()).rejects.toMatchObject({ error: { code } })
  await expect(read()).rejects.toThrow(APIError)
  expect(seen).toContain('response.output_text.delta')
  expect(seen).not.toContain('response.completed')
})

test('its error event is told in both forms that clients read, with the next number', async () => {
  const { aws, client } = createTestClient()
  aws.replies['bedrock-runtime'] = () => streamed(...converseFrames('Hel').slice(0, 2))
  const response = await client.responses.create({ ...HELLO, stream: true }).asResponse()
  const [last = '', before = ''] = (await response.text()).trim().split('\n\n').reverse()
  const event = JSON.parse(last.split('data: ')[1] ?? '')
  expect(last).toMatch(/^event: error\n/)
  expect(event).toMatchObject({
    type: 'error',
    code: 'model_answer_incomplete',
    error: { code: 'model_answer_incomplete' },
  })
  expect(event.sequence_number).toBe(JSON.parse(before.split('data: ')[1] ?? '').sequence_number + 1)
})

test('what needs a memory is refused', async () => {
  const { client } = createTestClient()
  const asked = client.responses.create({ ...HELLO, previous_response_id: 'resp_1' })
  await expect(asked).rejects.toMatchObject({
    status: 400,
    param: 'previous_response_id',
    message: expect.stringContaining('store: false'),
  })
})
