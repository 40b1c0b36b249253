import { CountTokensCommand, type CountTokensInput } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { bedrock, converse, fixture, HAIKU, HELLO, NOVA, useBedrock, user } from './bedrock-fixture.ts'
import { failure, REMOTE } from './services-fixture.ts'

const BASE_ID = HAIKU.slice('us.'.length)
const count = async (input: CountTokensInput, modelId = BASE_ID) =>
  (await bedrock.send(new CountTokensCommand({ modelId, input }))).inputTokens

describe.skipIf(REMOTE)('Bedrock, CountTokens', () => {
  useBedrock()

  const tools = [{ toolSpec: { name: 'clock', inputSchema: { json: { type: 'object' } } } }]

  it('counts what Converse would read, for the model by its own id', async () => {
    const conversation = { ...HELLO, system: [{ text: 'Be short.' }], toolConfig: { tools } }
    const { usage } = await converse(HAIKU, conversation)
    expect(await count({ converse: conversation })).toBe(usage?.inputTokens)
    expect(fixture.asked.at(-1)).toMatchObject({
      action: 'bedrock:CountTokens',
      resource: `arn:aws:bedrock:us-east-1::foundation-model/${BASE_ID}`,
    })
  })

  it("counts a body in the model's own format", async () => {
    const body = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 1,
      messages: [{ role: 'user', content: 'Hello' }],
    }
    expect(await count({ invokeModel: { body: Buffer.from(JSON.stringify(body)) } })).toBe(2)
  })

  it.each([HAIKU, NOVA, 'amazon.nova-lite-v1:0'])('counts nothing for %s', async (modelId) => {
    const error = await failure(count({ converse: HELLO }, modelId))
    expect(error).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })
    expect(error.message).toBe("The provided model doesn't support counting tokens.")
  })

  it('refuses what Converse would refuse', async () => {
    expect((await failure(count({ converse: { messages: [user(' ')] } }))).message).toMatch(/is blank/)
  })
})
