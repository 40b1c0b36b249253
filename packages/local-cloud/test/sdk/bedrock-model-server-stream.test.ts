import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConverseCommandInput, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAiModels } from '../../src/aws/bedrock/openai-models.ts'
import { answerBy, bedrock, converse, HAIKU, HELLO, stream, useBedrock, user } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const said = (delta: object, finish_reason: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason }] })
const USAGE = { choices: [], usage: { prompt_tokens: 11, completion_tokens: 4 } }
const event = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

describe.skipIf(REMOTE)('Bedrock with a model server that streams', () => {
  useBedrock()

  let server: Server
  let received: Record<string, unknown> = {}
  let reply: (response: ServerResponse) => void = () => {}
  const answer = (...chunks: readonly unknown[]) => {
    reply = (response) => response.end([...chunks, '[DONE]'].map(event).join(''))
  }
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        received = JSON.parse(body)
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        reply(response)
      })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  })
  afterAll(() => new Promise((closed) => server.close(closed)))
  beforeEach(() => {
    const { port } = server.address() as AddressInfo
    answerBy(openAiModels({ url: `http://127.0.0.1:${port}/v1`, model: 'm' }))
  })

  it('passes each piece on as it comes', async () => {
    const gate = Promise.withResolvers<void>()
    reply = async (response) => {
      response.write(event(said({ role: 'assistant', content: '' })) + event(said({ content: 'Hel' })))
      await gate.promise
      response.end([said({ content: 'lo' }), said({}, 'length'), USAGE, '[DONE]'].map(event).join(''))
    }
    const { stream: answered } = await bedrock.send(new ConverseStreamCommand({ modelId: HAIKU, ...HELLO }))
    const events = answered?.[Symbol.asyncIterator]()
    expect((await events?.next())?.value).toEqual({ messageStart: { role: 'assistant' } })
    expect((await events?.next())?.value).toMatchObject({ contentBlockDelta: { delta: { text: 'Hel' } } })
    gate.resolve()
    const rest: unknown[] = []
    for (let next = await events?.next(); next && !next.done; next = await events?.next()) rest.push(next.value)
    expect(rest).toMatchObject([
      { contentBlockDelta: { delta: { text: 'lo' } } },
      { contentBlockStop: {} },
      { messageStop: { stopReason: 'max_tokens' } },
      { metadata: { usage: { inputTokens: 11, outputTokens: 4, totalTokens: 15 } } },
    ])
    expect(received).toMatchObject({ stream: true, stream_options: { include_usage: true } })
  })

  it('turns tools, thinking and pictures into the words of the other API, and back', async () => {
    answer(
      said({ reasoning_content: 'So.' }),
      said({ content: 'I call.' }),
      said({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'clock', arguments: '' } }] }),
      said({ tool_calls: [{ index: 1, id: 'b', function: { name: 'clock', arguments: '{"zone":' } }] }),
      said({ tool_calls: [{ index: 1, function: { arguments: '"utc"}' } }] }),
      said({}, 'tool_calls'),
      USAGE,
    )
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    const input: Partial<ConverseCommandInput> = {
      system: [{ text: 's' }],
      messages: [
        { role: 'user', content: [{ image: { format: 'png', source: { bytes: png } } }, { text: 'a' }] },
        { role: 'assistant', content: [{ toolUse: { toolUseId: 'x', name: 'clock', input: { zone: 'cet' } } }] },
        { role: 'user', content: [{ toolResult: { toolUseId: 'x', content: [{ text: 'noon' }] } }, { text: 'b' }] },
        { role: 'assistant', content: [{ text: 'c' }] },
        user('d'),
      ],
      toolConfig: {
        tools: [{ toolSpec: { name: 'clock', inputSchema: { json: { type: 'object' } } } }],
      },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    }
    const events = await stream(HAIKU, input)
    expect(received.messages).toEqual([
      { role: 'system', content: 's' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: `data:image/png;base64,${png.toString('base64')}` } },
          { type: 'text', text: 'a' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'clock', arguments: '{"zone":"cet"}' } }],
      },
      { role: 'tool', tool_call_id: 'x', content: 'noon' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'c' },
      { role: 'user', content: 'd' },
    ])
    expect(received.tools).toEqual([{ type: 'function', function: { name: 'clock', parameters: { type: 'object' } } }])
    const starts = events.flatMap(({ contentBlockStart }) => contentBlockStart?.start?.toolUse ?? [])
    expect(starts).toEqual([
      { toolUseId: 'a', name: 'clock' },
      { toolUseId: 'b', name: 'clock' },
    ])
    const thinking = events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.reasoningContent ?? [])
    expect(thinking).toEqual([{ text: 'So.' }, { signature: expect.any(String) }])
    const inputOf = (index: number) =>
      events
        .flatMap(({ contentBlockDelta: delta }) =>
          delta?.contentBlockIndex === index ? [delta.delta?.toolUse?.input] : [],
        )
        .join('')
    expect([inputOf(2), inputOf(3)]).toEqual(['', '{"zone":"utc"}'])
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'tool_use' } })
  })

  it('asks for the schema, and for one call at a time', async () => {
    const schema = { type: 'object', additionalProperties: false }
    answer(said({ content: '{}' }), said({}, 'stop'))
    await stream(HAIKU, {
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema) } } },
      },
      additionalModelRequestFields: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: { type: 'object' } } } }] },
    })
    expect(received).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema } },
      parallel_tool_calls: false,
    })
  })

  it.each<[string, (response: ServerResponse) => void]>([
    [
      'says that it failed',
      (response) => response.end(event(said({ content: 'a' })) + event({ error: { message: 'x' } })),
    ],
    ['ends without a reason', (response) => response.end(event(said({ content: 'a' })) + event('[DONE]'))],
    ['is cut off', (response) => response.write(event(said({ content: 'a' })), () => response.destroy())],
    ['says what is no JSON', (response) => response.end(event(said({ content: 'a' })) + event('{'))],
  ])('is an exception of the stream when the server %s', async (_what, how) => {
    reply = how
    expect(await failure(stream(HAIKU))).toMatchObject({ name: 'ModelStreamErrorException' })
  })

  it('is an error when the server fails before it begins', async () => {
    reply = (response) => response.end(event({ error: { message: 'x' } }))
    expect(await failure(stream(HAIKU))).toMatchObject({ name: 'ModelErrorException' })
  })

  it('leaves the server when the client leaves', async () => {
    const left = Promise.withResolvers<void>()
    reply = (response) => {
      response.write(event(said({ content: 'a' })))
      response.once('close', left.resolve)
    }
    const leaving = new AbortController()
    const command = new ConverseStreamCommand({ modelId: HAIKU, ...HELLO })
    await bedrock.send(command, { abortSignal: leaving.signal })
    leaving.abort()
    await left.promise
  })

  it('is whole where nothing is streamed, tools and all', async () => {
    reply = (response) =>
      response.end(
        JSON.stringify({
          choices: [
            {
              message: {
                content: null,
                tool_calls: [{ id: 'a', type: 'function', function: { name: 'clock', arguments: '{"zone":"utc"}' } }],
              },
              finish_reason: 'tool_calls',
            },
          ],
        }),
      )
    const { output, stopReason } = await converse(HAIKU, {
      toolConfig: { tools: [{ toolSpec: { name: 'clock', inputSchema: { json: { type: 'object' } } } }] },
    })
    expect(output?.message?.content).toEqual([{ toolUse: { toolUseId: 'a', name: 'clock', input: { zone: 'utc' } } }])
    expect(stopReason).toBe('tool_use')
    expect(received.stream).toBeUndefined()
  })
})
