import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAiModels } from '../../src/aws/bedrock/openai-models.ts'
import { answerBy, converse, NOVA, useBedrock } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

describe.skipIf(REMOTE)('Bedrock with a model server', () => {
  useBedrock()

  let server: Server
  let url: string
  const received: { path: string | undefined; body: Record<string, unknown> }[] = []
  let reply: { status: number; body: unknown }
  const completion = (finish_reason: string) => ({
    choices: [{ message: { role: 'assistant', content: 'From the server.' }, finish_reason }],
    usage: { prompt_tokens: 11, completion_tokens: 4 },
  })
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        received.push({ path: request.url, body: body === '' ? {} : JSON.parse(body) })
        const models = { data: [{ id: 'llama3.2' }] }
        const { status, body: answer } = request.url === '/v1/models' ? { status: 200, body: models } : reply
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`
  })
  afterAll(() => new Promise((closed) => server.close(closed)))
  beforeEach(() => {
    received.length = 0
    answerBy(openAiModels({ url }))
  })

  it('passes the conversation on and the answer back', async () => {
    reply = { status: 200, body: completion('length') }
    const inferenceConfig = { maxTokens: 9, temperature: 0.5, stopSequences: ['x'] }
    const answer = await converse(NOVA, { system: [{ text: 's' }], inferenceConfig })
    expect(received.map(({ path }) => path)).toEqual(['/v1/models', '/v1/chat/completions'])
    expect(received[1]?.body).toEqual({
      model: 'llama3.2',
      max_tokens: 9,
      temperature: 0.5,
      stop: ['x'],
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'Hello, who are you?' },
      ],
    })
    expect(answer).toMatchObject({
      stopReason: 'max_tokens',
      usage: { inputTokens: 11, outputTokens: 4, totalTokens: 15 },
      output: { message: { content: [{ text: 'From the server.' }] } },
    })
  })

  it.each([
    [429, {}, 'ThrottlingException', /Too many requests/],
    [500, {}, 'ModelErrorException', /status 500/],
    [200, { choices: [] }, 'ModelErrorException', /without a message/],
  ])('turns its status %i into an error of Bedrock', async (status, body, name, message) => {
    reply = { status, body }
    const error = await failure(converse(NOVA))
    expect(error.name).toBe(name)
    expect(error.message).toMatch(message)
  })

  it('says when the server is away', async () => {
    answerBy(openAiModels({ url: 'http://127.0.0.1:9/v1', model: 'm' }))
    const error = await failure(converse(NOVA))
    expect(error).toMatchObject({ name: 'ServiceUnavailableException', $metadata: { httpStatusCode: 503 } })
    expect(error.message).toMatch(/is it running/)
  })
})
