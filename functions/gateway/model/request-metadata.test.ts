import { describe, expect, it } from 'vitest'
import { withRequestMetadata } from './request-metadata.ts'

const OF = { requestId: 'request-1', tenant: 'tenant1' }
const OWN = { 'genai:request': 'request-1', 'genai:tenant': 'tenant1' }
const HEADER = 'x-amzn-bedrock-request-metadata'

const converse = (body: string) => withRequestMetadata('converse', { body, headers: {} }, OF).body
const invoke = (metadata?: string) =>
  withRequestMetadata('invoke', { body: '{}', headers: metadata === undefined ? {} : { [HEADER]: metadata } }, OF)

describe('the metadata of Converse', () => {
  it('is put behind the caller’s text, which stays as it came', () => {
    const text = ' {"messages": [ ], "n": 1.0}\n'
    expect(converse(text)).toBe(
      ' {"messages": [ ], "n": 1.0,"requestMetadata":{"genai:request":"request-1","genai:tenant":"tenant1"}}',
    )
    expect(JSON.parse(converse(' { } '))).toEqual({ requestMetadata: OWN })
  })

  it.each(['"requestMetadata"', '"request\\u004detadata"', '"\\u0072equestMetadata"'])(
    'is added to the caller’s own, written as %s',
    (name) => {
      const body = converse(`{${name}:{"team":"a"},"n":12345678901234567890}`)
      expect(JSON.parse(body)).toMatchObject({ requestMetadata: { team: 'a', ...OWN } })
      expect(body).toContain('12345678901234567890')
      expect(body.match(/request/g)).toHaveLength(3)
    },
  )

  it.each([
    ['a name of the gateway’s', '{"requestMetadata":{"genai:tenant":"tenant2"}}', /must not have names that begin/],
    ['the same in other letters', '{"requestMetadata":{" GENAI:request":"x"}}', /must not have names that begin/],
    ['a text', '{"requestMetadata":"genai"}', /must be an object of texts/],
    [
      'so many entries that the gateway’s have no room',
      JSON.stringify({ requestMetadata: Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`n${n}`, 'x'])) }),
      /at most 14 entries/,
    ],
  ])('refuses %s', (_what, body, message) => expect(() => converse(body)).toThrow(message))
})

describe('the metadata of InvokeModel', () => {
  it('is a header beside the body', () => {
    expect(invoke()).toEqual({ body: '{}', headers: { [HEADER]: JSON.stringify(OWN) } })
    expect(JSON.parse(invoke('{"team":"a"}').headers[HEADER] ?? '')).toEqual({ team: 'a', ...OWN })
  })

  it.each(['team=a', '[]', '{"genai:tenant":"tenant2"}'])('refuses %s', (metadata) =>
    expect(() => invoke(metadata)).toThrow(/X-Amzn-Bedrock-Request-Metadata/),
  )
})

it('leaves a count of tokens alone', () => {
  const sent = { body: '{}', headers: {} }
  expect(withRequestMetadata('count-tokens', sent, OF)).toEqual(sent)
})
