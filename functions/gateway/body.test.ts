import { describe, expect, test } from 'vitest'
import { fromRequest } from './adapters/web.ts'
import { readBody } from './body.ts'
import { GatewayError } from './errors.ts'

async function refusal(work: () => unknown): Promise<GatewayError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('reading', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fromRequest(new Request('https://gateway.invalid/tenant1/invoke', { method: 'POST', body, headers }))

  test('one JSON object, as text and parsed', async () => {
    expect(await readBody(post('{"a": [1]}'))).toEqual({ text: '{"a": [1]}', fields: { a: [1] } })
  })

  test('invalid UTF-8 and compression are named', async () => {
    expect((await refusal(() => readBody(post(new Uint8Array([0xff, 0xfe]))))).code).toBe('body_encoding_invalid')
    expect((await refusal(() => readBody(post('{}', { 'content-encoding': 'gzip' })))).code).toBe(
      'body_encoding_invalid',
    )
    expect(await readBody(post('{}', { 'content-encoding': 'identity' }))).toEqual({ text: '{}', fields: {} })
  })
})
