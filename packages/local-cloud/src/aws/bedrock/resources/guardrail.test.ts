import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'
import { GUARDRAIL } from './guardrail.ts'
import { COPY, GUARDRAIL_VERSION } from './guardrail-version.ts'

const MESSAGES = { blockedInputMessaging: 'No.', blockedOutputsMessaging: 'No.' }
const WORDS = { wordPolicyConfig: { wordsConfigs: [{ text: 'zebra' }] } }

let cloud: Declarer
beforeEach(() => {
  cloud = new Declarer()
})

describe('Guardrail', () => {
  it.each<[string, Properties, RegExp]>([
    ['no policy', {}, /At least one policy configuration/],
    ['a name with spaces', { ...WORDS, name: 'my rail' }, /'my rail' at 'name'/],
    ['a long message', { ...WORDS, blockedInputMessaging: 'x'.repeat(501) }, /at most 500/],
    [
      'prompt attacks in answers',
      {
        contentPolicyConfig: {
          filtersConfigs: [{ type: 'PROMPT_ATTACK', inputStrength: 'HIGH', outputStrength: 'HIGH' }],
        },
      },
      /PROMPT_ATTACK must be NONE/,
    ],
    [
      'a strength that is none',
      { contentPolicyConfig: { filtersConfigs: [{ type: 'HATE', inputStrength: 'MAX', outputStrength: 'LOW' }] } },
      /must be one of NONE/,
    ],
    [
      'a topic that is allowed',
      { topicPolicyConfig: { topicsConfigs: [{ name: 'a', definition: 'b', type: 'ALLOW' }] } },
      /must be DENY/,
    ],
    [
      'a long definition',
      { topicPolicyConfig: { topicsConfigs: [{ name: 'a', definition: 'b'.repeat(201), type: 'DENY' }] } },
      /too long/,
    ],
    [
      '31 topics',
      {
        topicPolicyConfig: {
          topicsConfigs: Array.from({ length: 31 }, (_, index) => ({
            name: `t${index}`,
            definition: 'b',
            type: 'DENY',
          })),
        },
      },
      /at most 30/,
    ],
  ])('refuses %s', async (_name, inputs, words) => {
    expect(await cloud.refusal(GUARDRAIL, 'g', { ...MESSAGES, ...inputs })).toMatch(words)
  })

  it('refuses a second one of its name in the account', async () => {
    await cloud.make(GUARDRAIL, 'g', { ...MESSAGES, ...WORDS, name: 'rail' })
    expect(await cloud.refusal(GUARDRAIL, 'h', { ...MESSAGES, ...WORDS, name: 'rail' })).toContain(
      'already has this name',
    )
  })
})

describe('GuardrailVersion', () => {
  it('is a copy under the next number, and no more than twenty', async () => {
    const { outputs } = await cloud.make(GUARDRAIL, 'g', { ...MESSAGES, ...WORDS })
    const { guardrailArn } = outputs as { readonly guardrailArn: string }
    for (let number = 1; number <= 20; number++) {
      const made = await cloud.make(GUARDRAIL_VERSION, `v${number}`, { guardrailArn })
      expect(made.outputs).toMatchObject({ version: `${number}`, [COPY]: expect.stringContaining('zebra') })
    }
    expect(await cloud.refusal(GUARDRAIL_VERSION, 'v21', { guardrailArn })).toContain('at most 20')
  })

  it('is of a guardrail that is there', async () => {
    const guardrailArn = 'arn:aws:bedrock:us-east-1:111111111111:guardrail/none'
    expect(await cloud.refusal(GUARDRAIL_VERSION, 'v', { guardrailArn })).toContain('ResourceNotFoundException')
  })
})
