/** Bedrock for two accounts, of which one has models, for the suites of Bedrock. */
import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type ConverseStreamOutput,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type BedrockOptions, createBedrock } from '../../src/aws/bedrock/bedrock.ts'
import type { ModelBackend } from '../../src/aws/bedrock/model-backend.ts'
import { standIn } from '../../src/aws/bedrock/stand-in/stand-in.ts'
import { type Fixture, ORGANIZATION, sessionOf, startFixture, TENANT } from './services-fixture.ts'

export const NOVA = 'us.amazon.nova-2-lite-v1:0'
export const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
export const SONNET = 'us.anthropic.claude-sonnet-4-6'
export const OPUS_5_5 = 'us.anthropic.claude-opus-5-5'
export const MICRO = 'amazon.nova-micro-v1:0'
export const TITAN = 'amazon.titan-text-lite-v1'
export const HAIKU_3 = 'anthropic.claude-3-haiku-20240307-v1:0'
export const NOVA_1 = 'amazon.nova-lite-v1:0'
export const TITAN_EMBED = 'amazon.titan-embed-text-v2:0'
export const COHERE = 'cohere.embed-english-v3'
const EMBEDDINGS = [TITAN_EMBED, COHERE, 'amazon.titan-embed-text-v1', 'cohere.embed-v4:0']
export const organization = {
  ...ORGANIZATION,
  accounts: ORGANIZATION.accounts.map((account) => ({
    ...account,
    models:
      account.id === TENANT
        ? [NOVA, HAIKU, SONNET, OPUS_5_5, TITAN, HAIKU_3, NOVA_1, MICRO, ...EMBEDDINGS, 'anthropic.claude-v2:1']
        : [],
  })),
}
export const user = (text: string) => ({ role: 'user' as const, content: [{ text }] })
export const assistant = (text: string) => ({ role: 'assistant' as const, content: [{ text }] })
export const HELLO = { messages: [user('Hello, who are you?')] }

export let fixture: Fixture
export let bedrock: BedrockRuntimeClient
export const options: { -readonly [K in keyof BedrockOptions]: BedrockOptions[K] } = {}
const QUICK = standIn({ pauseMilliseconds: 0 })
let backend: ModelBackend = QUICK

/** Who answers, until the test is over. */
export function answerBy(models: ModelBackend): void {
  backend = models
}

/** One service for all tests of a file. */
export function useBedrock(): void {
  beforeAll(async () => {
    fixture = await startFixture(
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
  afterAll(() => fixture.close())
  beforeEach(() => {
    fixture.asked.length = 0
    fixture.ahead = 0
    fixture.decide = () => ({ allowed: true })
    delete options.requestsPerMinute
    backend = QUICK
  })
}

export const clientOf = async (account: string) =>
  new BedrockRuntimeClient(
    await fixture.client(fixture.credentials.issue(sessionOf(account, 'genai-models-tenant1'), 3600)),
  )
export const converse = (modelId: string, more: Partial<ConverseCommandInput> = {}) =>
  bedrock.send(new ConverseCommand({ modelId, ...HELLO, ...more }))
/** Every event of a stream. */
export async function stream(
  modelId: string,
  more: Partial<ConverseStreamCommandInput> = {},
): Promise<readonly ConverseStreamOutput[]> {
  const answer = await bedrock.send(new ConverseStreamCommand({ modelId, ...HELLO, ...more }))
  const events: ConverseStreamOutput[] = []
  for await (const event of answer.stream ?? []) events.push(event)
  return events
}
/** The parts of a streamed answer in the model's own format. */
export async function invokeStream(modelId: string, body: unknown): Promise<readonly Record<string, unknown>[]> {
  const answer = await bedrock.send(new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) }))
  const parts: Record<string, unknown>[] = []
  for await (const { chunk } of answer.body ?? []) parts.push(JSON.parse(new TextDecoder().decode(chunk?.bytes)))
  return parts
}
export const invoke = async (modelId: string, body: unknown) => {
  const answer = await bedrock.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }))
  return JSON.parse(new TextDecoder().decode(answer.body))
}

/** The SDK's own HTTP/2, which is its default for Bedrock. */
export async function http2Handler(): Promise<NodeHttp2Handler> {
  const [ca, port] = [await readFile(fixture.caFile), await fixture.port()]
  return new NodeHttp2Handler({
    nodeHttp2ConnectOptions: {
      createConnection: ({ hostname: servername }: URL) =>
        connect({ host: '127.0.0.1', port, servername, ca, ALPNProtocols: ['h2'] }),
    },
  })
}
