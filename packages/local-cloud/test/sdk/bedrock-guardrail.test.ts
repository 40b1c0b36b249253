/** A guardrail through the SDK's client: what it stops, whole and streamed, and which texts it looks at. */
import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import { GUARDRAIL } from '../../src/aws/bedrock/resources/guardrail.ts'
import { COPY, GUARDRAIL_VERSION } from '../../src/aws/bedrock/resources/guardrail-version.ts'
import { converse, fixture, NOVA, stream, useBedrock, user } from './bedrock-fixture.ts'
import { failure, REMOTE, TENANT } from './services-fixture.ts'

const ARN = `arn:aws:bedrock:us-east-1:${TENANT}:guardrail/gr1`
const CONFIG = { guardrailConfig: { guardrailIdentifier: 'gr1', guardrailVersion: '1' } }
const rules = (phrase: string) => ({
  blockedInputMessaging: 'Not that.',
  blockedOutputsMessaging: 'Not this.',
  topicPolicyConfig: {
    topicsConfigs: [{ name: 'wild-animals', definition: 'Zoos.', type: 'DENY', examples: [phrase] }],
  },
  wordPolicyConfig: { wordsConfigs: [{ text: 'zebra' }] },
})

async function declare(phrase: string): Promise<void> {
  const at = { account: TENANT, region: 'us-east-1', protect: false, stack: 's' }
  const made = (type: string, id: string, inputs: object, outputs: object) =>
    fixture.ledger.put({ ...at, urn: `urn:pulumi:s::p::${type}::g`, type, id, inputs, outputs } as never)
  await made(GUARDRAIL, 'gr1', rules('draft'), { guardrailArn: ARN, guardrailId: 'gr1' })
  const copy = { guardrailArn: ARN, version: '1', [COPY]: JSON.stringify(rules(phrase)) }
  await made(GUARDRAIL_VERSION, `${ARN},1`, { guardrailArn: ARN }, copy)
}

describe.skipIf(REMOTE)('Bedrock, behind a guardrail', () => {
  useBedrock()
  beforeEach(() => declare('at the zoo'))
  const asking = (text: string, more: Partial<ConverseCommandInput> = {}) =>
    converse(NOVA, { messages: [user(text)], ...CONFIG, ...more })

  it.each(['What eats a ZEBRA?', 'Which wild animals are there?', 'What is new at the  zoo?'])(
    'a prompt is not sent to the model: %s',
    async (text) => {
      expect(await asking(text)).toMatchObject({
        stopReason: 'guardrail_intervened',
        output: { message: { content: [{ text: 'Not that.' }] } },
        usage: { inputTokens: 0, outputTokens: 0 },
      })
      const events = await stream(NOVA, { messages: [user(text)], ...CONFIG })
      expect(events.flatMap(({ messageStop }) => messageStop ?? [])).toMatchObject([
        { stopReason: 'guardrail_intervened' },
      ])
    },
  )

  it('what is not in its rules passes, a part of a word too, and its draft is another', async () => {
    expect((await asking('What are zebras?')).stopReason).toBe('end_turn')
    expect((await asking('A draft')).stopReason).toBe('end_turn')
    const draft = { guardrailConfig: { guardrailIdentifier: ARN, guardrailVersion: 'DRAFT' } }
    expect((await asking('A draft', draft)).stopReason).toBe('guardrail_intervened')
  })

  it('an answer is told as stopped, and was paid for; nothing of it is passed on', async () => {
    await declare('served in account')
    const { stopReason, output, usage } = await asking('Hello')
    expect([stopReason, output?.message?.content]).toEqual(['guardrail_intervened', [{ text: 'Not this.' }]])
    expect(usage?.outputTokens).toBeGreaterThan(5)
    const events = await stream(NOVA, { messages: [user('Hello')], ...CONFIG })
    const text = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('')
    expect(text).toBe('Not this.')
  })

  it('looks at what is marked only, where something is; and at no system prompt', async () => {
    const marked = { guardContent: { text: { text: 'Hello' } } }
    // The prompt passes, and the answer, which quotes it, does not.
    const quoted = await asking('', { messages: [{ role: 'user', content: [{ text: 'A zebra?' }, marked] }] })
    expect(quoted.output?.message?.content).toEqual([{ text: 'Not this.' }])
    expect((await asking('Hello', { system: [{ text: 'You are a zebra.' }] })).stopReason).toBe('end_turn')
  })

  it('refuses a version that is not there', async () => {
    const config = { guardrailConfig: { guardrailIdentifier: 'gr1', guardrailVersion: '2' } }
    expect((await failure(asking('Hello', config))).message).toMatch(/guardrail identifier or version/)
  })
})
