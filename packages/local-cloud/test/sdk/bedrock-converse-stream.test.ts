import { BedrockRuntimeClient, ConverseStreamCommand, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { ModelEvent } from '../../src/aws/bedrock/model-backend.ts'
import { AwsError } from '../../src/errors.ts'
import { answerBy, bedrock, converse, fixture, HELLO, http2Handler, NOVA, useBedrock } from './bedrock-fixture.ts'
import { failure, REMOTE, sessionOf, TENANT } from './services-fixture.ts'

const DELTA: ModelEvent = { kind: 'delta', text: 'x' }
const END: ModelEvent = { kind: 'end', stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } }
const TEXT: ModelEvent = { kind: 'start', block: { type: 'text' } }

async function streamOf(signal?: AbortSignal): Promise<AsyncIterable<ConverseStreamOutput>> {
  const command = new ConverseStreamCommand({ modelId: NOVA, ...HELLO })
  const { stream } = await bedrock.send(command, signal && { abortSignal: signal })
  if (!stream) throw new Error('No stream came.')
  return stream
}

async function all(stream: AsyncIterable<ConverseStreamOutput>): Promise<ConverseStreamOutput[]> {
  const events: ConverseStreamOutput[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe.skipIf(REMOTE)('Bedrock, ConverseStream', () => {
  useBedrock()

  it('streams as events whose text is that of Converse', async () => {
    const events = await all(await streamOf())
    const text = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('')
    const whole = await converse(NOVA)
    expect(text).toBe(whole.output?.message?.content?.[0]?.text)
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } })
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'end_turn' } })
    expect(events.at(-1)?.metadata?.usage).toEqual(whole.usage)
    expect(fixture.asked[0]?.action).toBe('bedrock:InvokeModelWithResponseStream')
  })

  it('sends what is there before the model has ended', async () => {
    const gate = Promise.withResolvers<void>()
    answerBy({
      async *generate() {
        yield* [TEXT, DELTA]
        await gate.promise
        yield* [{ kind: 'stop' as const }, END]
      },
    })
    const events = (await streamOf())[Symbol.asyncIterator]()
    expect((await events.next()).value).toHaveProperty('messageStart')
    expect((await events.next()).value).toHaveProperty('contentBlockDelta')
    gate.resolve()
    expect((await events.next()).value).toHaveProperty('contentBlockStop')
  })

  it('answers an error before the first event with its status, a later one as an exception of the stream', async () => {
    answerBy({
      // biome-ignore lint/correctness/useYield: a model that fails before it writes
      async *generate() {
        throw new AwsError('ModelErrorException', 'The model failed.', 424)
      },
    })
    expect(await failure(streamOf())).toMatchObject({
      name: 'ModelErrorException',
      $metadata: { httpStatusCode: 424 },
    })
    for (const [code, name] of [
      ['ModelErrorException', 'ModelStreamErrorException'],
      ['ThrottlingException', 'ThrottlingException'],
      ['SomethingNew', 'InternalServerException'],
    ] as const) {
      answerBy({
        async *generate() {
          yield* [TEXT, DELTA]
          throw new AwsError(code, 'The model failed.')
        },
      })
      expect(await failure(all(await streamOf()))).toMatchObject({ name, message: 'The model failed.' })
    }
  })

  it("streams to the SDK's own HTTP/2 client, which is its default", async () => {
    const gate = Promise.withResolvers<void>()
    answerBy({
      async *generate() {
        yield* [TEXT, DELTA]
        await gate.promise
        yield* [{ kind: 'stop' as const }, END]
      },
    })
    const requestHandler = await http2Handler()
    const client = new BedrockRuntimeClient({
      ...(await fixture.client(fixture.credentials.issue(sessionOf(TENANT), 900))),
      requestHandler,
    })
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: NOVA, ...HELLO }))
    const events = stream?.[Symbol.asyncIterator]()
    expect((await events?.next())?.value).toHaveProperty('messageStart')
    expect((await events?.next())?.value).toHaveProperty('contentBlockDelta')
    gate.resolve()
    expect((await events?.next())?.value).toHaveProperty('contentBlockStop')
    client.destroy()
  })

  it('makes no more than the client reads, and stops when the client leaves', async () => {
    let made = 0
    const left = Promise.withResolvers<void>()
    const text = 'x'.repeat(64 * 1024)
    answerBy({
      async *generate({ signal }) {
        signal.addEventListener('abort', () => left.resolve())
        try {
          yield TEXT
          for (; made < 800; made++) yield { kind: 'delta', text }
        } finally {
          left.resolve()
        }
      },
    })
    const leaving = new AbortController()
    const events = (await streamOf(leaving.signal))[Symbol.asyncIterator]()
    await events.next()
    await events.next()
    let before = -1
    // Until nothing more is made: what the sockets' buffers hold is all.
    while (before !== made) {
      before = made
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(made).toBeLessThan(400)
    leaving.abort()
    await left.promise
  })
})
