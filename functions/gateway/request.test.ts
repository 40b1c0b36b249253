import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GatewayError } from './errors.ts'
import { parseConverse, parseInvoke, readBody } from './request.ts'
import { CONFIGURATION } from './test-support.ts'

const invoke = (body: unknown) => parseInvoke(typeof body === 'string' ? body : JSON.stringify(body), CONFIGURATION)

async function refusal(work: () => unknown): Promise<GatewayError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('invoke', () => {
  test('the smallest body: default model, and maxTokens is sent all the same', () => {
    const { model, modelId, body } = invoke({ prompt: 'Hi' })
    expect({ model, modelId }).toEqual({ model: 'nova-2-lite', modelId: 'us.amazon.nova-2-lite-v1:0' })
    expect(JSON.parse(body)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 1024 },
    })
  })

  test('every field', () => {
    const { model, modelId, body } = invoke({
      prompt: 'Hi',
      model: 'claude-haiku-4.5',
      maxTokens: 7,
      temperature: 0,
      system: 'Be short',
    })
    expect(model).toBe('claude-haiku-4.5')
    expect(modelId).toBe('us.anthropic.claude-haiku-4-5-20251001-v1:0')
    expect(JSON.parse(body)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      system: [{ text: 'Be short' }],
      inferenceConfig: { maxTokens: 7, temperature: 0 },
    })
  })

  test.each([
    ['', 'body_not_json'],
    ['{', 'body_not_json'],
    ['{"prompt":"a"} x', 'body_not_json'],
    ['null', 'body_not_object'],
    ['[]', 'body_not_object'],
    ['"prompt"', 'body_not_object'],
    ['7', 'body_not_object'],
    ['{}', 'prompt_missing'],
    [{ prompt: '' }, 'prompt_empty'],
    [{ prompt: ' \n\t' }, 'prompt_empty'],
    [{ prompt: null }, 'prompt_not_text'],
    [{ prompt: 7 }, 'prompt_not_text'],
    [{ prompt: ['a'] }, 'prompt_not_text'],
    [{ prompt: 'a', promt: 'b' }, 'field_unknown'],
    ['{"prompt":"a","__proto__":{"model":"x"}}', 'field_unknown'],
    ['{"prompt":"a","constructor":1}', 'field_unknown'],
    [{ prompt: 'a', maxTokens: 0 }, 'number_out_of_range'],
    [{ prompt: 'a', maxTokens: -1 }, 'number_out_of_range'],
    [{ prompt: 'a', maxTokens: 1.5 }, 'number_out_of_range'],
    [{ prompt: 'a', maxTokens: 131_073 }, 'number_out_of_range'],
    ['{"prompt":"a","maxTokens":1e400}', 'number_out_of_range'],
    [{ prompt: 'a', maxTokens: '7' }, 'field_invalid'],
    [{ prompt: 'a', maxTokens: null }, 'field_invalid'],
    [{ prompt: 'a', temperature: -0.1 }, 'number_out_of_range'],
    [{ prompt: 'a', temperature: 1.1 }, 'number_out_of_range'],
    [{ prompt: 'a', temperature: true }, 'field_invalid'],
    [{ prompt: 'a', system: '' }, 'field_invalid'],
    [{ prompt: 'a', system: [] }, 'field_invalid'],
    [{ prompt: 'a', model: 7 }, 'field_invalid'],
    [{ prompt: 'a', model: 'gpt' }, 'model_not_allowed'],
    [{ prompt: 'a', model: 'constructor' }, 'model_not_allowed'],
    [{ prompt: 'a', model: 'us.amazon.nova-2-lite-v1:0' }, 'model_not_allowed'],
  ])('%j → %s', async (body, code) => {
    expect((await refusal(() => invoke(body))).code).toBe(code)
  })

  test('the wrong input is named, what is allowed is said, and odd names are not repeated', async () => {
    expect((await refusal(() => invoke({ prompt: 'a', promt: 'b' }))).message).toBe(
      'The field "promt" is not known. Allowed are prompt, model, maxTokens, temperature, system.',
    )
    expect((await refusal(() => invoke({ prompt: 'a', model: 'gpt' }))).message).toBe(
      'The model "gpt" is not among the tenant\'s models. Allowed are claude-haiku-4.5, nova-2-lite.',
    )
    const secret = 'my secret <b>prompt</b>'
    expect((await refusal(() => invoke({ prompt: 'a', [secret]: 1 }))).message).not.toContain('secret')
    expect((await refusal(() => invoke({ prompt: 'a', model: secret }))).message).not.toContain('secret')
  })

  test('property: any JSON is a request for an allowed model with maxTokens, or a 4xx that does not quote it', async () => {
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.double(), fc.constantFrom('nova-2-lite', 'claude-haiku-4.5'))
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record(
          { prompt: fc.oneof(fc.string(), field), model: field, maxTokens: field, temperature: field, system: field },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        try {
          const made = invoke(text)
          expect(Object.values(CONFIGURATION.models)).toContain(made.modelId)
          const { inferenceConfig, messages } = JSON.parse(made.body)
          expect(Number.isInteger(inferenceConfig.maxTokens) && inferenceConfig.maxTokens > 0).toBe(true)
          expect(messages[0].content[0].text).toBe(JSON.parse(text).prompt)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect([400, 403]).toContain(error.status)
          expect(error.message.length).toBeLessThan(300)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('converse', () => {
  const converse = (text: string, model = 'nova-2-lite') => parseConverse(text, model, CONFIGURATION)

  test("with maxTokens the caller's text goes on unchanged, whatever else is in it", () => {
    const text =
      '{ "messages" : [{"content":[{"image":{"format":"png","source":{"bytes":"aGk="}}}]}],\n"toolConfig":{},"inferenceConfig":{"maxTokens": 5, "topP":0.9},"future":1e2 }'
    expect(converse(text).body).toBe(text)
  })

  test('without maxTokens it is added and nothing else changes, long integers included', () => {
    const text =
      '{"messages":[],"toolConfig":{"const":12345678901234567890,"f":1.0},"__proto__":{"a":1},"inferenceConfig":{"topP":0.10}}'
    expect(converse(text).body).toBe(
      '{"messages":[],"toolConfig":{"const":12345678901234567890,"f":1.0},"__proto__":{"a":1},"inferenceConfig":{"topP":0.10,"maxTokens":1024}}',
    )
    expect(converse('{"messages":[]}').body).toBe('{"messages":[],"inferenceConfig":{"maxTokens":1024}}')
    expect(converse('{"inferenceConfig":null}').body).toBe('{"inferenceConfig":{"maxTokens":1024}}')
    expect(converse('{"inferenceConfig":{"maxTokens":null}}').body).toBe('{"inferenceConfig":{"maxTokens":1024}}')
  })

  test.each([
    ['{', 'nova-2-lite', 'body_not_json'],
    ['[]', 'nova-2-lite', 'body_not_object'],
    ['{"inferenceConfig":[]}', 'nova-2-lite', 'field_invalid'],
    ['{"inferenceConfig":{"maxTokens":0}}', 'nova-2-lite', 'number_out_of_range'],
    ['{"inferenceConfig":{"maxTokens":"9"}}', 'nova-2-lite', 'field_invalid'],
    ['{}', 'toString', 'model_not_allowed'],
    ['{}', 'us.amazon.nova-2-lite-v1:0', 'model_not_allowed'],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'nova-2-lite', 'body_not_object'],
    [`{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'nova-2-lite', 'body_not_json'],
  ])('%.40j for %s → %s', async (text, model, code) => {
    expect((await refusal(() => converse(text, model))).code).toBe(code)
  })
})

describe('reading', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    new Request('https://gateway.invalid/tenant1/invoke', { method: 'POST', body, headers })

  test('1 MB is read, one byte more is 413', async () => {
    expect(await readBody(post('x'.repeat(1024 * 1024)))).toHaveLength(1024 * 1024)
    const error = await refusal(() => readBody(post('x'.repeat(1024 * 1024 + 1))))
    expect(error).toMatchObject({ code: 'body_too_large', status: 413 })
    expect(error.message).toContain('1048577 bytes; 1048576 are allowed')
  })

  test('bytes are counted, not characters', async () => {
    expect((await refusal(() => readBody(post('ü'.repeat(600_000))))).code).toBe('body_too_large')
  })

  test('invalid UTF-8 and compression are named', async () => {
    expect((await refusal(() => readBody(post(new Uint8Array([0xff, 0xfe]))))).code).toBe('body_encoding_invalid')
    expect((await refusal(() => readBody(post('{}', { 'content-encoding': 'gzip' })))).code).toBe(
      'body_encoding_invalid',
    )
    expect(await readBody(post('{}', { 'content-encoding': 'identity' }))).toBe('{}')
  })
})
