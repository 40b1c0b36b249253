/** What of the page needs no browser: events of a stream, words for trouble, what is sent, figures. */
import { describe, expect, it } from 'vitest'
import type { Conversation, Image } from './conversations.ts'
import { titleOf } from './conversations.ts'
import { eventsOf } from './events.ts'
import { Refused } from './gateway.ts'
import { MOST_BYTES, messagesOf } from './requests.ts'
import { SessionOver } from './sign-in.ts'
import { claimsOf } from './token.ts'
import { dollars, seconds } from './view/format.ts'
import { troubleOf } from './what-went-wrong.ts'

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
  const events: string[] = []
  for await (const event of eventsOf(body)) events.push(event)
  return events
}

describe('events', () => {
  it('come whole, however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode('data: {"a":"ä"}\n\n: a comment\n\ndata: b\r\n\r\ndata: [DONE]\n\n')
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(await read(bytes.slice(0, cut), bytes.slice(cut))).toEqual(['{"a":"ä"}', 'b', '[DONE]'])
  })
})

describe('trouble', () => {
  it.each([
    [
      new Refused(429, 'You have sent 20.', { code: 'rate_limited', retryAfter: '12' }),
      { title: 'Too many requests', advice: 'You have sent 20.', remedy: 'again', waitSeconds: 12 },
    ],
    [new Refused(401, ''), { remedy: 'signIn' }],
    [new Refused(401, '', { code: 'token_expired' }), { remedy: 'signIn' }],
    [new Refused(502, ''), { title: 'All places are taken', remedy: 'again' }],
    [
      new Refused(429, 'The budget is spent.', { code: 'budget_exhausted' }),
      { advice: 'The budget is spent.', remedy: 'none' },
    ],
    [
      new Refused(403, 'x', { code: 'tenant_suspended', requestId: 'r' }),
      { title: 'Your tenant is suspended', requestId: 'r' },
    ],
    [new Refused(418, 'x', { code: 'constructor' }), { title: 'Something went wrong' }],
    [new TypeError('Failed to fetch'), { title: 'The gateway does not answer', remedy: 'again' }],
    [new SessionOver(), { remedy: 'signIn' }],
    [new Error('x'), { title: 'Something went wrong' }],
  ])('%s', (error, words) => {
    expect(troubleOf(error)).toMatchObject(words)
  })
})

describe('what is sent', () => {
  const image = (characters: number): Image => ({
    url: `data:image/jpeg;base64,${'A'.repeat(characters)}`,
    preview: '',
    name: 'p',
  })
  const conversation = (...messages: Conversation['messages']): Conversation => ({ id: '1', title: '', messages })

  it('is all that was said, without answers that were none', () => {
    const answer = { role: 'assistant', thought: '', state: 'done', model: 'm', askedAt: 0 } as const
    const sent = messagesOf(
      conversation(
        { role: 'user', text: 'a', images: [] },
        { ...answer, text: '' },
        { ...answer, text: 'b' },
        { role: 'user', text: 'c', images: [] },
      ),
    )
    expect(sent).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ])
  })

  it('fits: the oldest pictures are left out, and never the last', () => {
    const pictures = Array.from(
      { length: 4 },
      (_, index) => ({ role: 'user', text: `${index}`, images: [image(400_000)] }) as const,
    )
    const sent = messagesOf(conversation(...pictures))
    expect(JSON.stringify(sent).length).toBeLessThan(MOST_BYTES)
    const kinds = sent.map(({ content }) => (typeof content === 'string' ? '' : content[0]?.type))
    expect(kinds).toEqual(['text', 'text', 'image_url', 'image_url'])
  })
})

describe('figures', () => {
  it.each([
    [0, '$0'],
    [238_700, '$0.00024'],
    [12_000_000, '$0.012'],
    [123_456_000_000, '$123.46'],
    [1, '$0.000000001'],
  ])('%d', (nano, shown) => expect(dollars(nano)).toBe(shown))
  it('times', () => expect([seconds(640), seconds(12_400)]).toEqual(['0.6 s', '12 s']))
  it('titles', () =>
    expect([titleOf('a\nb'), titleOf(''), titleOf('x'.repeat(80))]).toEqual(['a', 'Image', `${'x'.repeat(59)}…`]))
})

describe('a token', () => {
  const token = (claims: object) => `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`
  it('is read, and nothing that is none', () => {
    expect(claimsOf(token({ sub: 's', exp: 2, email: 'ä@example.com', 'custom:tenant_id': 'tenant1' }))).toEqual({
      subject: 's',
      expires: 2000,
      email: 'ä@example.com',
      tenant: 'tenant1',
      groups: [],
    })
    expect(claimsOf(token({ sub: 's', exp: 2, 'cognito:groups': ['us-east-1_Pool_acme'] })).groups).toEqual([
      'us-east-1_Pool_acme',
    ])
    expect(() => claimsOf(token({ exp: 2 }))).toThrow()
    expect(() => claimsOf('x')).toThrow()
  })
})
