import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { guardrailIntervened, withGuardrail } from './guardrail.ts'

const NOVA = 'us.amazon.nova-2-lite-v1:0'
const CLAUDE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const OWN = { id: 'gr1', version: '3', account: '222222222222' }
const ARN = 'arn:aws:bedrock:us-east-1:222222222222:guardrail/gr1'
const SET = { guardrailIdentifier: 'gr1', guardrailVersion: '3' }
const HEADERS = { 'x-amzn-bedrock-guardrailidentifier': 'gr1', 'x-amzn-bedrock-guardrailversion': '3' }

const converse = (fields: object, headers = {}) => {
  const { body } = withGuardrail('converse', NOVA, { body: JSON.stringify(fields), headers }, OWN)
  return JSON.parse(body)
}
const invoke = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  withGuardrail('invoke', CLAUDE, { body, headers }, OWN)

const refusal = (work: () => unknown): Partial<GatewayError> => {
  try {
    work()
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, ...(error.param && { param: error.param }) }
  }
  throw new Error('not refused')
}

describe('the guardrail of a tenant', () => {
  it.each(['converse', 'converse-stream'] as const)('is in the body of %s', (operation) => {
    const sent = withGuardrail(operation, NOVA, { body: '{"messages":[],"x":1.0}', headers: {} }, OWN)
    expect(sent).toEqual({
      body: '{"messages":[],"x":1.0,"guardrailConfig":{"guardrailIdentifier":"gr1","guardrailVersion":"3"}}',
      headers: {},
    })
  })

  it.each(['invoke', 'invoke-with-response-stream'] as const)('is in the headers of %s', (operation) => {
    const given = { body: '{"max_tokens":1}', headers: { 'x-amzn-bedrock-trace': 'ENABLED' } }
    expect(withGuardrail(operation, CLAUDE, given, OWN)).toEqual({
      body: given.body,
      headers: { 'x-amzn-bedrock-trace': 'ENABLED', ...HEADERS },
    })
  })

  it('may be named by the caller, by its id or its ARN, with the trace that is asked for', () => {
    expect(converse({ guardrailConfig: { ...SET, trace: 'enabled' } }).guardrailConfig).toEqual({
      ...SET,
      trace: 'enabled',
    })
    expect(converse({ guardrailConfig: { ...SET, guardrailIdentifier: ARN, streamProcessingMode: 'sync' } })).toEqual({
      guardrailConfig: SET,
    })
    expect(converse({ guardrailConfig: null }).guardrailConfig).toEqual(SET)
    expect(invoke('{}', HEADERS).headers).toEqual(HEADERS)
  })

  it.each<[string, unknown]>([
    ['another id', { ...SET, guardrailIdentifier: 'gr2' }],
    ['another account’s', { ...SET, guardrailIdentifier: ARN.replace('2222', '3333') }],
    ['an id that ends alike', { ...SET, guardrailIdentifier: 'xgr1' }],
    ['another version', { ...SET, guardrailVersion: '2' }],
    ['the draft', { ...SET, guardrailVersion: 'DRAFT' }],
    ['no version', { guardrailIdentifier: 'gr1' }],
    ['a text', 'none'],
  ])('refuses %s in a body', (_name, guardrailConfig) => {
    expect(refusal(() => converse({ guardrailConfig }))).toEqual({ code: 'field_invalid', param: 'guardrailConfig' })
  })

  it('refuses an answer that is sent before it was looked at', () => {
    expect(refusal(() => converse({ guardrailConfig: { streamProcessingMode: 'async' } }))).toEqual({
      code: 'field_invalid',
      param: 'guardrailConfig.streamProcessingMode',
    })
  })

  it.each([
    [{ 'x-amzn-bedrock-guardrailidentifier': 'gr2', 'x-amzn-bedrock-guardrailversion': '3' }],
    [{ 'x-amzn-bedrock-guardrailidentifier': 'gr1', 'x-amzn-bedrock-guardrailversion': 'DRAFT' }],
    [{ 'x-amzn-bedrock-guardrailversion': '3' }],
  ])('refuses another one in headers: %o', (headers) => {
    expect(refusal(() => invoke('{}', headers))).toMatchObject({ code: 'field_invalid' })
  })

  it.each([
    [{ messages: [{ role: 'user', content: [{ text: 'a' }, { guardContent: { text: { text: 'b' } } }] }] }],
    [{ system: [{ guardContent: { text: { text: 'b' } } }] }],
    // The last of two fields of a name counts, here and in what is sent.
    [{ messages: [{ role: 'user', content: [{ guardContent: null }] }] }],
  ])('refuses a part that is marked for it: %j', (fields) => {
    expect(refusal(() => converse(fields))).toEqual({ code: 'field_invalid', param: 'guardContent' })
  })

  it('sends no field twice, so that what it has looked at is what is there', () => {
    const marked = '{"role":"user","content":[{"guardContent":{"text":{"text":"b"}}}]}'
    const body = `{"messages":[${marked}],"guardrailConfig":{"guardrailIdentifier":"gr2"},"messages":[],"guardrailConfig":{}}`
    const sent = withGuardrail('converse', NOVA, { body, headers: {} }, OWN)
    expect(sent.body).toBe(`{"messages":[],"guardrailConfig":${JSON.stringify(SET)}}`)
  })

  it.each([
    ['{"amazon-bedrock-guardrailConfig":{"tagSuffix":"x"}}'],
    ['{"amazon-bedrock-guardrailConfig":null}'],
    ['{"prompt":"<amazon-bedrock-guardrails-guardContent_x>a</amazon-bedrock-guardrails-guardContent_x>"}'],
    ['{"prompt":"<\\u0061mazon-bedrock-guardrails-guardContent_x>"}'],
  ])('refuses marks in a body of InvokeModel: %s', (body) => {
    expect(refusal(() => invoke(body))).toMatchObject({ code: 'field_invalid' })
  })

  it('is on no model that answers with numbers, nor is the caller’s, nor where tokens are counted', () => {
    const given = { body: '{"inputText":"a"}', headers: {} }
    expect(withGuardrail('invoke', 'amazon.titan-embed-text-v2:0', { ...given, headers: HEADERS }, OWN)).toEqual(given)
    expect(withGuardrail('invoke', 'us.cohere.embed-v4:0', given, OWN)).toEqual(given)
    expect(withGuardrail('count-tokens', CLAUDE, given, OWN)).toEqual(given)
  })

  it('leaves a tenant without one as it was, the caller’s guardrail with it', () => {
    const given = { body: '{"guardrailConfig": {"guardrailIdentifier":"x"}}', headers: HEADERS }
    expect(withGuardrail('converse', NOVA, given, undefined)).toEqual(given)
  })

  it('is seen in what InvokeModel answers, and not in what a model says', () => {
    expect(guardrailIntervened('{"content":[],"amazon-bedrock-guardrailAction": "INTERVENED"}')).toBe(true)
    expect(guardrailIntervened('{"amazon-bedrock-guardrailAction":"NONE"}')).toBe(false)
    expect(guardrailIntervened(JSON.stringify({ text: '"amazon-bedrock-guardrailAction":"INTERVENED"' }))).toBe(false)
  })
})
