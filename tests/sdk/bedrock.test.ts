import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Decision } from '../../local/authorize.ts'
import { type BedrockOptions, createBedrock } from '../../local/services/bedrock/bedrock.ts'
import { type Generation, type ModelBackend, openAiModels } from '../../local/services/bedrock/model-backend.ts'
import { standIn } from '../../local/services/bedrock/stand-in.ts'
import type { WireResponse } from '../../local/services/service.ts'
import {
  failure,
  HUB,
  LAPTOP,
  ORGANIZATION,
  REGION,
  REMOTE,
  type Stand,
  sessionOf,
  startStand,
  TENANT,
} from './stand.ts'

const NOVA = 'us.amazon.nova-2-lite-v1:0'
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const TITAN = 'amazon.titan-text-lite-v1'
const HAIKU_3 = 'anthropic.claude-3-haiku-20240307-v1:0'
const NOVA_1 = 'amazon.nova-lite-v1:0'
const organization = {
  ...ORGANIZATION,
  accounts: ORGANIZATION.accounts.map((account) => ({
    ...account,
    models: account.id === TENANT ? [NOVA, HAIKU, TITAN, HAIKU_3, NOVA_1, 'anthropic.claude-v2:1'] : [],
  })),
}
const user = (text: string) => ({ role: 'user' as const, content: [{ text }] })
const assistant = (text: string) => ({ role: 'assistant' as const, content: [{ text }] })
const HELLO = { messages: [user('Hello, who are you?')] }

describe.runIf(REMOTE)('Bedrock on AWS', () => {
  it('answers a conversation and counts its tokens', async () => {
    const client = new BedrockRuntimeClient({ region: REGION })
    const inferenceConfig = { maxTokens: 32 }
    const { output, usage } = await client.send(new ConverseCommand({ modelId: NOVA, ...HELLO, inferenceConfig }))
    expect(output?.message?.content?.[0]?.text).toBeTruthy()
    expect(usage?.totalTokens).toBe((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0))
  })
})

describe.skipIf(REMOTE)('Bedrock', () => {
  let stand: Stand
  let bedrock: BedrockRuntimeClient
  const options: { -readonly [K in keyof BedrockOptions]: BedrockOptions[K] } = {}
  let backend: ModelBackend = standIn
  beforeAll(async () => {
    stand = await startStand(
      ({ surroundings, credentials }) => [
        createBedrock(surroundings, credentials, {
          backend: { generate: (generation) => backend.generate(generation) },
          requestsPerMinute: (...key) => options.requestsPerMinute?.(...key),
        }),
      ],
      { organization },
    )
    bedrock = await clientOf(TENANT)
  })
  afterAll(() => stand.close())
  beforeEach(() => {
    stand.asked.length = 0
    stand.ahead = 0
    stand.decide = () => ({ allowed: true })
    delete options.requestsPerMinute
    backend = standIn
  })
  const clientOf = async (account: string) =>
    new BedrockRuntimeClient(
      await stand.client(stand.credentials.issue(sessionOf(account, 'genai-models-tenant1'), 3600)),
    )
  const converse = (modelId: string, more: Partial<ConverseCommandInput> = {}) =>
    bedrock.send(new ConverseCommand({ modelId, ...HELLO, ...more }))
  const invoke = async (modelId: string, body: unknown) => {
    const answer = await bedrock.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }))
    return JSON.parse(new TextDecoder().decode(answer.body))
  }

  describe('Converse', () => {
    it.each([NOVA, HAIKU, TITAN, HAIKU_3])('answers as %s, the same each time, naming the account', async (modelId) => {
      const [first, second] = [await converse(modelId), await converse(modelId)]
      const text = first.output?.message?.content?.[0]?.text ?? ''
      expect(text).toContain(TENANT)
      expect(text).toContain('Hello, who are you?')
      expect(second.output).toEqual(first.output)
      expect(first.stopReason).toBe('end_turn')
      // "Hello, who are you?" has 19 characters: 5 tokens of 4.
      expect(first.usage).toEqual({
        inputTokens: 5,
        outputTokens: Math.ceil(text.length / 4),
        totalTokens: 5 + Math.ceil(text.length / 4),
      })
      expect(first.metrics?.latencyMs).toBeGreaterThanOrEqual(0)
    })

    it('names the model, not the profile that led to it', async () => {
      const names = await Promise.all(
        [NOVA, HAIKU].map(async (id) => (await converse(id)).output?.message?.content?.[0]?.text),
      )
      expect(names).toEqual([
        expect.stringContaining('Amazon Nova 2 Lite'),
        expect.stringContaining('Claude Haiku 4.5'),
      ])
    })

    it('cuts the answer at maxTokens, and at a stop sequence', async () => {
      const cut = await converse(NOVA, { inferenceConfig: { maxTokens: 3 } })
      expect([cut.stopReason, cut.usage?.outputTokens, cut.output?.message?.content?.[0]?.text]).toEqual([
        'max_tokens',
        3,
        'This is Amaz',
      ])
      const stopped = await converse(NOVA, { inferenceConfig: { stopSequences: ['Nova'] } })
      expect([stopped.stopReason, stopped.output?.message?.content?.[0]?.text]).toEqual([
        'stop_sequence',
        'This is Amazon ',
      ])
    })

    it('hands everything of the conversation to the backend', async () => {
      let seen: Generation | undefined
      backend = {
        generate: async (generation) => {
          seen = generation
          return { text: 'ok', stopReason: 'end_turn', inputTokens: 1, outputTokens: 1 }
        },
      }
      const messages = [user('a'), assistant('b'), { role: 'user' as const, content: [{ text: 'c' }, { text: 'd' }] }]
      const inferenceConfig = { maxTokens: 7, temperature: 0.5, stopSequences: ['x'] }
      await converse(NOVA, { messages, system: [{ text: 's' }], inferenceConfig })
      expect(seen).toMatchObject({
        ...{ modelId: 'amazon.nova-2-lite-v1:0', invokedId: NOVA, account: TENANT, region: REGION, system: 's' },
        ...{ maxTokens: 7, temperature: 0.5, stopSequences: ['x'] },
        messages: [
          { role: 'user', text: 'a' },
          { role: 'assistant', text: 'b' },
          { role: 'user', text: 'c\nd' },
        ],
      })
    })

    it('streams as events whose text is that of Converse', async () => {
      const { stream } = await bedrock.send(new ConverseStreamCommand({ modelId: NOVA, ...HELLO }))
      const events = []
      for await (const event of stream ?? []) events.push(event)
      const text = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('')
      const whole = await converse(NOVA)
      expect(text).toBe(whole.output?.message?.content?.[0]?.text)
      expect(events[0]).toEqual({ messageStart: { role: 'assistant' } })
      expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'end_turn' } })
      expect(events.at(-1)?.metadata?.usage).toEqual(whole.usage)
      expect(stand.asked[0]?.action).toBe('bedrock:InvokeModelWithResponseStream')
    })

    it.each<[string, string, Partial<ConverseCommandInput>, RegExp]>([
      ['no message', NOVA, { messages: [] }, /must start with a user message/],
      [
        'a conversation that the assistant starts',
        NOVA,
        { messages: [assistant('a')] },
        /must start with a user message/,
      ],
      ['two users in a row', NOVA, { messages: [user('a'), user('b')] }, /must alternate/],
      ['an assistant at the end', NOVA, { messages: [user('a'), assistant('b')] }, /must end with a user message/],
      ['an empty message', NOVA, { messages: [{ role: 'user', content: [] }] }, /messages\.0 is empty/],
      ['a blank text', NOVA, { messages: [user(' ')] }, /messages\.0\.content\.0 is blank/],
      ['too many tokens', TITAN, { inferenceConfig: { maxTokens: 4097 } }, /exceeds the model limit of 4096/],
      ['no tokens', NOVA, { inferenceConfig: { maxTokens: 0 } }, /maxTokens.*greater than or equal to 1/],
      [
        'a temperature above 1',
        NOVA,
        { inferenceConfig: { temperature: 1.5 } },
        /temperature.*less than or equal to 1/,
      ],
      ['a system prompt for Titan', TITAN, { system: [{ text: 's' }] }, /doesn't support system messages/],
      [
        'two sampling parameters for Haiku 4.5',
        HAIKU,
        { inferenceConfig: { temperature: 1, topP: 1 } },
        /cannot both be specified/,
      ],
      ['more than the model reads', TITAN, { messages: [user('x'.repeat(16_385))] }, /Input is too long/],
    ])('refuses %s', async (_what, modelId, input, message) => {
      const error = await failure(converse(modelId, input))
      expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
      expect(error.message).toMatch(message)
    })

    it.each<[string, Partial<ConverseCommandInput>, RegExp]>([
      ['tools', { toolConfig: { tools: [] } }, /toolConfig/],
      ['guardrails', { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } }, /guardrailConfig/],
      [
        'images',
        { messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: new Uint8Array(1) } } }] }] },
        /image/,
      ],
    ])('says that it does not have %s', async (_what, input, message) => {
      const error = await failure(converse(NOVA, input))
      expect(error.name).toBe('UnsupportedByLocalCloud')
      expect(error.message).toMatch(message)
    })
  })

  it("answers the SDK's own HTTP/2 client, which is its default", async () => {
    const ca = await readFile(stand.caFile)
    const port = await stand.port()
    const requestHandler = new NodeHttp2Handler({
      nodeHttp2ConnectOptions: {
        createConnection: ({ hostname: servername }: URL) =>
          connect({ ...{ host: '127.0.0.1', port, servername, ca }, ALPNProtocols: ['h2'] }),
      },
    })
    const client = new BedrockRuntimeClient({
      ...(await stand.client(stand.credentials.issue(sessionOf(TENANT), 900))),
      requestHandler,
    })
    const whole = await client.send(new ConverseCommand({ modelId: NOVA, ...HELLO }))
    expect(whole.output).toEqual((await converse(NOVA)).output)
    client.destroy()
  })

  describe('InvokeModel', () => {
    it("speaks Titan's format", async () => {
      const body = {
        inputText: 'Hello',
        textGenerationConfig: { maxTokenCount: 5, temperature: 0, topP: 0.9, stopSequences: [] },
      }
      expect(await invoke(TITAN, body)).toEqual({
        inputTextTokenCount: 2,
        results: [{ tokenCount: 5, outputText: 'This is Titan Text G', completionReason: 'LENGTH' }],
      })
    })

    it("speaks Anthropic's format, with text and with blocks", async () => {
      const body = (content: unknown) => ({
        ...{ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, system: 'Be short.', temperature: 0.1 },
        messages: [{ role: 'user', content }],
      })
      const answer = await invoke(HAIKU_3, body('Hello'))
      expect(answer).toMatchObject({
        ...{ type: 'message', role: 'assistant', stop_reason: 'end_turn', model: 'claude-3-haiku-20240307' },
        content: [{ type: 'text', text: expect.stringContaining('Claude 3 Haiku') }],
        usage: { input_tokens: 5, output_tokens: expect.any(Number) },
      })
      expect((await invoke(HAIKU_3, body([{ type: 'text', text: 'Hello' }]))).content).toEqual(answer.content)
    })

    it("speaks Nova's format", async () => {
      const body = {
        schemaVersion: 'messages-v1',
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 2 },
      }
      expect(await invoke(NOVA, body)).toEqual({
        output: { message: { role: 'assistant', content: [{ text: 'This is ' }] } },
        stopReason: 'max_tokens',
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
      })
    })

    it.each([
      ["another model's body", TITAN, { messages: [] }, 'UnsupportedByLocalCloud', /messages/],
      ['a body without its text', TITAN, {}, 'ValidationException', /Malformed input request.*inputText/],
      ['a number as text', NOVA, { messages: 1 }, 'ValidationException', /Malformed input request.*a list/],
      ['no version', HAIKU_3, { max_tokens: 1, messages: [user('a')] }, 'ValidationException', /anthropic_version/],
    ])('refuses %s', async (_what, modelId, body, name, message) => {
      const error = await failure(invoke(modelId, body))
      expect(error.name).toBe(name)
      expect(error.message).toMatch(message)
    })

    it('refuses a body that is no JSON, and names the operation that it does not have', async () => {
      const broken = new InvokeModelCommand({ modelId: NOVA, body: '{' })
      expect((await failure(bedrock.send(broken))).message).toMatch(/not valid JSON/)
      const stream = new InvokeModelWithResponseStreamCommand({ modelId: NOVA, body: '{}' })
      expect((await failure(bedrock.send(stream))).message).toMatch(/invoke-with-response-stream/)
    })
  })

  describe('access', () => {
    it('is asked of IAM for the profile and for the model in every region that may answer', async () => {
      await converse(NOVA)
      const profile = `arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`
      const model = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`
      expect(stand.asked.map(({ resource }) => resource)).toEqual([
        profile,
        model('us-east-1'),
        model('us-east-2'),
        model('us-west-2'),
      ])
      expect(stand.asked.map(({ region }) => region)).toEqual([REGION, 'us-east-1', 'us-east-2', 'us-west-2'])
      expect(stand.asked.map(({ context }) => context['bedrock:InferenceProfileArn'])).toEqual([
        undefined,
        profile,
        profile,
        profile,
      ])
      expect(new Set(stand.asked.map(({ action }) => action))).toEqual(new Set(['bedrock:InvokeModel']))
    })

    it('is asked of IAM for the model alone when it is called by its own id or ARN', async () => {
      const arn = `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU_3}`
      await converse(HAIKU_3)
      await converse(arn)
      expect(stand.asked.map(({ resource }) => resource)).toEqual([arn, arn])
      await converse(`arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`)
    })

    it.each(['inference-profile', 'us-west-2'])('is refused when IAM refuses %s', async (part) => {
      stand.decide = ({ resource, action }): Decision =>
        resource.includes(part)
          ? {
              allowed: false,
              layer: 'serviceControl',
              layers: ['serviceControl'],
              explicit: true,
              message: `not authorized to perform: ${action}`,
            }
          : { allowed: true }
      const error = await failure(converse(NOVA))
      expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })
      expect(error.message).toContain('bedrock:InvokeModel')
    })

    it.each([
      [
        'a model that the account has no access to',
        'us.amazon.nova-pro-v1:0',
        'AccessDeniedException',
        /don't have access to the model/,
      ],
      ['an id that does not exist', 'amazon.nova-9', 'ValidationException', /model identifier is invalid/],
      [
        'a profile of another geography',
        'eu.amazon.nova-2-lite-v1:0',
        'ValidationException',
        /model identifier is invalid/,
      ],
      [
        'a model that needs a profile',
        'amazon.nova-2-lite-v1:0',
        'ValidationException',
        /on-demand throughput isn’t supported/,
      ],
      ['a model after its end', 'anthropic.claude-v2:1', 'ResourceNotFoundException', /end of its life/],
      [
        "another account's profile",
        `arn:aws:bedrock:${REGION}:${HUB}:inference-profile/${NOVA}`,
        'AccessDeniedException',
        /not of account/,
      ],
      [
        'a provisioned model',
        `arn:aws:bedrock:${REGION}:${TENANT}:provisioned-model/abc`,
        'UnsupportedByLocalCloud',
        /provisioned-model/,
      ],
    ])('refuses %s', async (_what, modelId, name, message) => {
      const error = await failure(converse(modelId))
      expect(error.name).toBe(name)
      expect(error.message).toMatch(message)
    })

    it("is each account's own", async () => {
      const hub = await clientOf(HUB)
      expect((await failure(hub.send(new ConverseCommand({ modelId: NOVA, ...HELLO })))).message).toMatch(
        /don't have access/,
      )
    })

    it('refuses the models of the original post too, when told to be as strict as AWS', async () => {
      const strict = await startStand(
        ({ surroundings, credentials }) => [createBedrock(surroundings, credentials, { serveRetired: [] })],
        { organization },
      )
      const signed = strict.credentials.issue(sessionOf(TENANT), 3600)
      const client = new BedrockRuntimeClient(await strict.client(signed))
      const send = (modelId: string) => client.send(new ConverseCommand({ modelId, ...HELLO }))
      for (const modelId of [TITAN, HAIKU_3])
        expect(await failure(send(modelId))).toMatchObject({
          name: 'ResourceNotFoundException',
          $metadata: { httpStatusCode: 404 },
        })
      await strict.close()
    })

    it('is throttled per account and model', async () => {
      options.requestsPerMinute = (account, modelId) => (account === TENANT && modelId.includes('nova') ? 2 : undefined)
      await converse(NOVA)
      await converse(NOVA)
      expect(await failure(converse(NOVA))).toMatchObject({
        name: 'ThrottlingException',
        $metadata: { httpStatusCode: 429 },
      })
      await converse(HAIKU)
      stand.ahead = 61
      await converse(NOVA)
    })

    it('is closed to API keys, of which none was issued', async () => {
      const { status, headers, body } = (await stand.wire.call(LAPTOP, {
        ...{ host: `bedrock-runtime.${REGION}.amazonaws.com`, method: 'POST', target: `/model/${NOVA}/converse` },
        headers: { authorization: 'Bearer bedrock-api-key-abc' },
        body: Buffer.from(JSON.stringify(HELLO)),
      })) as WireResponse
      expect(status).toBe(403)
      expect(headers['x-amzn-errortype']).toMatch(/^AccessDeniedException:/)
      expect(String(body)).toContain('API Key')
    })

    it.each([
      ['unsigned', {}, 'MissingAuthenticationTokenException'],
      [
        'signed by nobody',
        {
          authorization:
            'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0',
          'x-amz-date': '20260101T000000Z',
        },
        'InvalidSignatureException',
      ],
    ])('is closed to a request that is %s', async (_what, headers, code) => {
      const answer = (await stand.wire.call(LAPTOP, {
        ...{
          host: `bedrock-runtime.${REGION}.amazonaws.com`,
          method: 'POST',
          target: `/model/${NOVA}/converse`,
          headers,
        },
      })) as WireResponse
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([
        403,
        expect.stringMatching(new RegExp(`^${code}:`)),
      ])
    })
  })

  describe('with a model server', () => {
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
      backend = openAiModels({ url })
    })

    it('passes the conversation on and the answer back', async () => {
      reply = { status: 200, body: completion('length') }
      const inferenceConfig = { maxTokens: 9, temperature: 0.5, stopSequences: ['x'] }
      const answer = await converse(NOVA, { system: [{ text: 's' }], inferenceConfig })
      expect(received.map(({ path }) => path)).toEqual(['/v1/models', '/v1/chat/completions'])
      expect(received[1]?.body).toEqual({
        ...{ model: 'llama3.2', max_tokens: 9, temperature: 0.5, stop: ['x'] },
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'Hello, who are you?' },
        ],
      })
      expect(answer).toMatchObject({
        ...{ stopReason: 'max_tokens', usage: { inputTokens: 11, outputTokens: 4, totalTokens: 15 } },
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
      backend = openAiModels({ url: 'http://127.0.0.1:9/v1', model: 'm' })
      const error = await failure(converse(NOVA))
      expect(error).toMatchObject({ name: 'ServiceUnavailableException', $metadata: { httpStatusCode: 503 } })
      expect(error.message).toMatch(/is it running/)
    })
  })
})
