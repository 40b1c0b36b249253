/**
 * What every client is put through: the same questions, in its own words, and what must come of them. A client is a program in a
 * process of its own that knows its own library and nothing of this project: `CLIENT SCENARIO` with what it is told in its
 * environment, and one JSON object on its standard output.
 */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import { expect } from 'vitest'

export interface Scenario {
  readonly name: string
  /** Trouble of the models while the client runs. */
  readonly fault?: Parameters<LocalCloud['faults']['add']>[0]
  /** The token is nobody's. */
  readonly strangersToken?: boolean
  /**
   * @param told what the client printed
   * @param hits calls of Bedrock that the fault has hit
   */
  check(told: Told, hits: number): void
}

export type Told = Readonly<Record<string, unknown>>

/** A PNG of one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const ACCOUNT = '333333333333'
const MODELS = { service: 'bedrock-runtime', account: ACCOUNT } as const
const WHO = expect.stringContaining(`served in account ${ACCOUNT}`)
const LONG_WORDS = 3000

export const SCENARIOS: readonly Scenario[] = [
  { name: 'hello', check: (told) => expect(told).toMatchObject({ text: WHO, tokens: expect.any(Number) }) },
  {
    name: 'stream',
    check(told) {
      expect(told).toMatchObject({ text: WHO, tokens: expect.any(Number) })
      expect(told.pieces, 'pieces').toBeGreaterThan(1)
    },
  },
  {
    name: 'tools',
    check: (told) =>
      expect(told).toMatchObject({
        calls: [
          { name: 'get_weather', input: { city: 'Oslo' } },
          { name: 'get_weather', input: { city: 'Rome' } },
        ],
        text: expect.stringContaining('2 tools answered'),
      }),
  },
  {
    name: 'tools-streamed',
    check: (told) =>
      expect(told.calls).toMatchObject([
        { name: 'get_weather', input: { city: 'Oslo' } },
        { name: 'get_weather', input: { city: 'Rome' } },
      ]),
  },
  {
    name: 'structured',
    check: (told) => expect(told.object).toEqual({ city: expect.any(String), celsius: expect.any(Number) }),
  },
  {
    name: 'image',
    check: (told) => expect(told.text).toContain(`a png of ${Buffer.from(PIXEL, 'base64').length} bytes`),
  },
  {
    name: 'long',
    check(told) {
      expect(told.words, 'words').toBeGreaterThanOrEqual(LONG_WORDS)
    },
  },
  {
    // The signed reasoning comes back with the results of the tools, and is taken as the model's own.
    name: 'reasoning',
    check: (told) =>
      expect(told).toMatchObject({
        reasoning: expect.stringMatching(/./),
        text: expect.stringContaining('2 tools answered'),
        ignored: null,
      }),
  },
  {
    name: 'embeddings',
    check: (told) => expect(told).toEqual({ sizes: [512, 512], near: expect.closeTo(1, 4) }),
  },
  {
    // OpenAI's other API, stateless: whole, streamed, a loop of tools, and by a schema.
    name: 'responses',
    check(told) {
      expect(told).toMatchObject({
        text: WHO,
        streamed: told.text,
        calls: [
          { name: 'get_weather', input: { city: 'Oslo' } },
          { name: 'get_weather', input: { city: 'Rome' } },
        ],
        answered: expect.stringContaining('2 tools answered'),
        object: { city: expect.any(String), celsius: expect.any(Number) },
      })
      expect(told.pieces, 'pieces').toBeGreaterThan(1)
    },
  },
  // The load balancer knows the tokens of a path only; the gateway says whose the token is.
  { name: 'refused-token', strangersToken: true, check: (told) => expect([401, 403]).toContain(told.status) },
  { name: 'refused-model', check: (told) => expect([403, 404]).toContain(told.status) },
  { name: 'refused-request', check: (told) => expect(told).toMatchObject({ status: 400 }) },
  {
    // The gateway asks three times by itself; the client's own repetition gets through.
    name: 'retried',
    fault: { where: MODELS, fault: { kind: 'throttling', retryAfterSeconds: 1 }, times: 4 },
    check: (told) => expect(told).toMatchObject({ text: WHO }),
  },
  {
    name: 'throttled',
    fault: { where: MODELS, fault: { kind: 'throttling', retryAfterSeconds: 1 } },
    check: (told) => expect(told).toMatchObject({ status: 429 }),
  },
  {
    // A repetition would cost the tokens again: no client may try it.
    name: 'failed',
    fault: { where: MODELS, fault: { kind: 'error', code: 'ModelErrorException', status: 424 } },
    check(told, hits) {
      expect([424, 502]).toContain(told.status)
      expect(hits, 'calls of the model').toBe(1)
    },
  },
  { name: 'abort', check: (told) => expect(told).toMatchObject({ aborted: true }) },
]

/** The models of the tenant that the clients are. */
export const TENANT_MODELS = {
  'claude-haiku-4.5': 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  'titan-embed': 'amazon.titan-embed-text-v2:0',
}

/** What the programs are told, beside where to and as whom. */
export const TOLD: Readonly<Record<string, string>> = {
  MODEL: 'claude-haiku-4.5',
  EMBEDDINGS: 'titan-embed',
  MODEL_ID: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  HELLO: 'Who are you?',
  TOOLS: 'Please get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}.',
  STRUCTURED: 'The weather of "Oslo", please.',
  ABORT: 'Write 400 words.',
  LONG: `Write ${LONG_WORDS} words.`,
  PIXEL,
}
