import {
  GuardrailContentFilterType,
  GuardrailFilterStrength,
  GuardrailPiiEntityType,
  GuardrailSensitiveInformationAction,
} from '@aws-sdk/client-bedrock'
import { describe, expect, it } from 'vitest'
import { mistakes, read, spoke } from '../../../tests/settings.ts'
import { CONTENT_FILTERS, guardrail, PII_ACTIONS, PII_KINDS, STRENGTHS } from './guardrail.ts'

const ARN = 'arn:aws:bedrock:us-east-1:222222222222:guardrail/abc123'
const parse = (value: unknown) => guardrail.parse(JSON.stringify(value))

describe('the setting guardrail', () => {
  it('names one that is there', () => {
    expect(parse({ arn: ARN, version: '3' })).toEqual({ kind: 'existing', arn: ARN, version: '3' })
    // As YAML has a number without quotes.
    expect(parse({ arn: ARN, version: 3 })).toMatchObject({ version: '3' })
  })

  it('says what one is made of', () => {
    const rules = {
      topics: { shares: 'Which to buy.', medicine: { definition: 'Doses.', examples: ['How many pills'] } },
      words: ['Nightingale'],
      profanity: true,
      pii: { EMAIL: 'ANONYMIZE', PIN: 'BLOCK' },
      filters: { HATE: 'HIGH', PROMPT_ATTACK: 'LOW' },
    }
    expect(parse(rules)).toEqual({
      ...rules,
      kind: 'made',
      topics: [
        { name: 'shares', definition: 'Which to buy.', examples: [] },
        { name: 'medicine', definition: 'Doses.', examples: ['How many pills'] },
      ],
      message: 'This was blocked by the content policy of your organisation.',
    })
    expect(parse({ profanity: true })).toMatchObject({ topics: [], words: [], pii: {}, filters: {} })
  })

  it.each<[string, unknown, RegExp]>([
    ['no map', ['x'], /is not a map/],
    ['nothing in it', {}, /it has no rule/],
    ['a message alone', { message: 'x' }, /it has no rule/],
    ['an ARN of something else', { arn: 'arn:aws:s3:::x', version: '1' }, /its arn is not that of a guardrail/],
    ['no ARN', { version: '1' }, /its arn/],
    ['the draft', { arn: ARN, version: 'DRAFT' }, /a draft changes under those who call/],
    ['rules beside an ARN', { arn: ARN, version: '1', words: ['x'] }, /"words", which is not known beside an existing/],
    ['a misspelt rule', { word: ['x'] }, /"word", which is not known/],
    ['topics without names', { topics: {} }, /topics has 0 names/],
    ['a topic of another name', { topics: { 'a/b': 'x' } }, /"a\/b" is not a name/],
    ['a long definition', { topics: { a: 'x'.repeat(201) } }, /the topic "a" has 201 characters/],
    ['no definition', { topics: { a: { examples: ['x'] } } }, /the definition of "a" is not a text/],
    ['six examples', { topics: { a: { definition: 'x', examples: [...'abcdef'] } } }, /examples of "a" has 6 entries/],
    [
      'a further field of a topic',
      { topics: { a: { definition: 'x', y: 1 } } },
      /"y", which is not known in the topic/,
    ],
    ['a word twice', { words: ['x', 'x'] }, /words has "x" twice/],
    ['words that are none', { words: 'x' }, /words is not a list/],
    ['a long word', { words: ['x'.repeat(101)] }, /entry 0 of words has 101 characters/],
    ['an unknown kind', { pii: { MAIL: 'BLOCK' } }, /pii has "MAIL", which is none of AWS's names/],
    ['an unknown action', { pii: { EMAIL: 'MASK' } }, /pii has "MASK" for "EMAIL"/],
    ['an unknown filter', { filters: { SPAM: 'LOW' } }, /filters has "SPAM"/],
    ['an unknown strength', { filters: { HATE: 'MAX' } }, /filters has "MAX" for "HATE"/],
    ['profanity in words', { profanity: 'yes' }, /profanity is neither true nor false/],
    ['a long message', { words: ['x'], message: 'x'.repeat(501) }, /message has 501 characters/],
  ])('refuses %s', (_name, value, words) => {
    expect(() => parse(value)).toThrow(words)
  })

  it('refuses one of another account', () => {
    const given = { guardrail: JSON.stringify({ arn: ARN.replace('2222', '3333'), version: '1' }) }
    expect(mistakes(spoke, given).message).toContain("is not in the tenant's account 222222222222")
    expect(read(spoke, { guardrail: JSON.stringify({ arn: ARN, version: '1' }) })).toMatchObject({
      guardrail: { arn: ARN },
    })
  })

  it('knows the names that AWS has', () => {
    expect([...PII_KINDS].sort()).toEqual(Object.values(GuardrailPiiEntityType).sort())
    expect([...CONTENT_FILTERS].sort()).toEqual(Object.values(GuardrailContentFilterType).sort())
    expect([...STRENGTHS].sort()).toEqual(Object.values(GuardrailFilterStrength).sort())
    expect(Object.values(GuardrailSensitiveInformationAction)).toEqual(expect.arrayContaining([...PII_ACTIONS]))
  })
})
