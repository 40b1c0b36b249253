import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBody } from '../body.ts'
import { GatewayError } from '../errors.ts'
import { parseInvoke } from './invoke.ts'

const invoke = (body: unknown) => parseInvoke(parseBody(typeof body === 'string' ? body : JSON.stringify(body)).fields)

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
    const { model, body } = invoke({ prompt: 'Hi' })
    expect(model, "the tenant's default").toBeUndefined()
    expect(JSON.parse(body)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 1024 },
    })
  })

  test('every field', () => {
    const { model, body } = invoke({
      prompt: 'Hi',
      model: 'claude-haiku-4.5',
      maxTokens: 7,
      temperature: 0,
      system: 'Be short',
    })
    expect(model).toBe('claude-haiku-4.5')
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
  ])('%j → %s', async (body, code) => {
    expect((await refusal(() => invoke(body))).code).toBe(code)
  })

  test('the wrong input is named, what is allowed is said, and odd names are not repeated', async () => {
    expect((await refusal(() => invoke({ prompt: 'a', promt: 'b' }))).message).toBe(
      'The field "promt" is not known. Allowed are prompt, model, maxTokens, temperature, system.',
    )
    const secret = 'my secret <b>prompt</b>'
    expect((await refusal(() => invoke({ prompt: 'a', [secret]: 1 }))).message).not.toContain('secret')
  })

  test('property: any JSON is a request with maxTokens, or a 4xx that does not quote it', async () => {
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
          const { inferenceConfig, messages } = JSON.parse(made.body)
          expect(Number.isInteger(inferenceConfig.maxTokens) && inferenceConfig.maxTokens > 0).toBe(true)
          expect(messages[0].content[0].text).toBe(JSON.parse(text).prompt)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect([400]).toContain(error.status)
          expect(error.message.length).toBeLessThan(300)
        }
      }),
      { numRuns: 500 },
    )
  })
})
