/** A handful of `npm run test:clients`, with the `openai` package that the project has anyway. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fixture, openFixture } from './clients-fixture.ts'
import { SCENARIOS } from './scenarios.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture?.close())

const HANDFUL = [
  'hello',
  'stream',
  'tools',
  'reasoning',
  'structured',
  'image',
  'embeddings',
  'responses',
  'refused-token',
  'refused-model',
  'failed',
]
const handful = SCENARIOS.filter(({ name }) => HANDFUL.includes(name))

it.each(handful)("OpenAI's client: $name", async (scenario) => {
  await fixture.run({ name: 'openai-node', language: 'node' }, scenario)
})

it.each(handful.filter(({ name }) => ['hello', 'stream', 'tools', 'refused-token', 'failed'].includes(name)))(
  "OpenAI's client at the server as a process: $name",
  async (scenario) => {
    await fixture.run({ name: 'openai-node', language: 'node' }, scenario, 'the server')
  },
)

it('every one of the handful is there', () => {
  expect(handful).toHaveLength(HANDFUL.length)
})
