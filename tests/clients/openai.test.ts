/** A handful of `npm run test:clients`, with the `openai` package that the project has anyway. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SCENARIOS } from './scenarios.ts'
import { openStand, type Stand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await openStand()
})
afterAll(() => stand?.close())

const HANDFUL = [
  'hello',
  'stream',
  'tools',
  'reasoning',
  'structured',
  'image',
  'embeddings',
  'refused-token',
  'refused-model',
  'failed',
]
const handful = SCENARIOS.filter(({ name }) => HANDFUL.includes(name))

it.each(handful)("OpenAI's client: $name", async (scenario) => {
  await stand.run({ name: 'openai-node', language: 'node' }, scenario)
})

it('every one of the handful is there', () => {
  expect(handful).toHaveLength(HANDFUL.length)
})
