import * as v from 'valibot'
import { expect, test } from 'vitest'
import { GatewayError } from './errors.ts'
import { parseFields } from './validate.ts'

const Part = v.variant('type', [
  v.strictObject({ type: v.literal('text'), text: v.string() }),
  v.strictObject({ type: v.literal('image'), url: v.string() }),
])
const Schema = v.strictObject({
  model: v.string(),
  messages: v.array(
    v.strictObject({ role: v.picklist(['user', 'assistant']), content: v.union([v.string(), v.array(Part)]) }),
  ),
  tools: v.optional(v.record(v.string(), v.number())),
  n: v.optional(v.pipe(v.number(), v.integer('must be a whole number.'), v.maxValue(1))),
})

const SECRET = 'the secret recipe'
const refusal = (fields: object) => {
  try {
    parseFields(Schema, { ...fields })
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const good = { model: 'm', messages: [{ role: 'user', content: 'a' }] }

test('a good body is returned', () => {
  expect(parseFields(Schema, good)).toEqual(good)
})

test.each([
  [{ ...good, stop: SECRET }, 'field_unknown', 'stop', 'The field "stop" is not known. Leave it out.'],
  [{ messages: [] }, 'field_invalid', 'model', 'The field "model" is missing.'],
  [{ ...good, model: 7 }, 'field_invalid', 'model', 'The field "model" must be a text, not a number.'],
  [
    { ...good, messages: [{ role: SECRET, content: '' }] },
    'field_invalid',
    'messages.0.role',
    'must be one of user, assistant, not another text.',
  ],
  [
    { ...good, messages: [{ role: 'user', content: [{ type: 'text', text: 1 }] }] },
    'field_invalid',
    'messages.0.content.0.text',
    'must be a text, not a number.',
  ],
  [
    { ...good, messages: [{ role: 'user', content: [{ type: SECRET }] }] },
    'field_invalid',
    'messages.0.content.0.type',
    'must be one of text, image',
  ],
  [{ ...good, n: 1.5 }, 'number_out_of_range', 'n', 'The field "n" must be a whole number.'],
  [{ ...good, n: 2 }, 'number_out_of_range', 'n', '<=1'],
  [{ ...good, tools: { [SECRET]: 'x' } }, 'field_invalid', 'tools', 'A field of "tools" must be a number, not a text.'],
  [{ ...good, [SECRET]: 'x' }, 'field_unknown', undefined, 'A field is not known.'],
])('case %#: code, field, what is allowed, and nothing of what was sent', (fields, code, param, words) => {
  const error = refusal(fields)
  expect({ code: error.code, param: error.param }).toEqual({ code, param })
  expect(error.message).toContain(words)
  expect(error.message).not.toContain(SECRET)
})
