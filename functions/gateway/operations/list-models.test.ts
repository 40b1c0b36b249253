import { NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { createTestClient } from '../openai/testing/client.ts'

const NOVA = { id: 'nova-2-lite', object: 'model', created: 0, owned_by: 'amazon' }
const HAIKU = { id: 'claude-haiku-4.5', object: 'model', created: 0, owned_by: 'anthropic' }

test('OpenAI’s client lists the tenant’s names and gets one of them', async () => {
  const { client } = createTestClient()
  const models = []
  for await (const model of client.models.list()) models.push(model)
  expect(models).toEqual([HAIKU, NOVA])
  expect(await client.models.retrieve('nova-2-lite')).toEqual(NOVA)
  expect(await client.models.retrieve('us.amazon.nova-2-lite-v1:0')).toEqual(NOVA)
  await expect(client.models.retrieve('gpt-5')).rejects.toBeInstanceOf(NotFoundError)
})

test('clients of Anthropic get theirs, with its paging', async () => {
  const { get } = createTestClient()
  type Answer = { readonly data: readonly { readonly id: string }[] }
  const page = async (query: string): Promise<{ status: number; body: Answer }> => {
    const response = await get(`/v1/models${query}`, { 'anthropic-version': '2023-06-01' })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const ids = async (query: string) => (await page(query)).body.data.map(({ id }) => id)
  expect((await page('')).body).toEqual({
    data: ['claude-haiku-4.5', 'nova-2-lite'].map((id) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '1970-01-01T00:00:00Z',
    })),
    has_more: false,
    first_id: 'claude-haiku-4.5',
    last_id: 'nova-2-lite',
  })
  expect((await page('?limit=1')).body).toMatchObject({ has_more: true, last_id: 'claude-haiku-4.5' })
  expect(await ids('?limit=1&after_id=claude-haiku-4.5')).toEqual(['nova-2-lite'])
  expect(await ids('?before_id=nova-2-lite')).toEqual(['claude-haiku-4.5'])
  expect(await page('?limit=many')).toMatchObject({ status: 400, body: { type: 'error' } })
  expect(await page('?order=desc')).toMatchObject({ status: 400 })
  const one = await get('/v1/models/gpt-5', { 'anthropic-version': '2023-06-01' })
  expect([one.status, await one.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }])
})
