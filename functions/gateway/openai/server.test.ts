/** OpenAI's own client straight at the server that streams, with AWS behind a fake transport. */
import type { AddressInfo } from 'node:net'
import { OpenAI } from 'openai'
import { afterEach, expect, test, vi } from 'vitest'
import { createGatewayServer, type GatewayServer } from '../adapters/node-server.ts'
import { createTestAppFor } from '../testing/app.ts'
import { claims, converseFrames, createSigner, deferred, streamed } from '../testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
const HELLO = { model: 'claude-haiku-4.5', stream: true, messages: [{ role: 'user', content: 'Hello' }] } as const

let gateway: GatewayServer | undefined
afterEach(() => gateway?.stop(1000))

async function serve() {
  const signer = await createSigner('key-1')
  const { app, aws, log } = createTestAppFor(async (answer) => answer, signer.jwk, NOW)
  gateway = createGatewayServer({ app, totalMilliseconds: 60_000, keepAliveMilliseconds: 60_000 })
  const { server } = gateway
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const apiKey = await signer.sign(claims(NOW / 1000))
  return { aws, log, client: new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/tenant1/v1` }) }
}

const ask = (client: OpenAI) => client.chat.completions.create({ ...HELLO, messages: [...HELLO.messages] })

test('the first words reach the client while the model still writes', async () => {
  const { aws, client } = await serve()
  const rest = deferred<Uint8Array>()
  const [start, words, ...others] = converseFrames('Hel')
  aws.replies['bedrock-runtime'] = streamed(start as Uint8Array, words as Uint8Array, rest.promise)
  const texts: string[] = []
  for await (const { choices } of await ask(client)) {
    texts.push(choices[0]?.delta.content ?? '')
    if (texts.includes('Hel')) rest.resolve(Buffer.concat(others))
  }
  expect(texts.join('')).toBe('Hel')
})

test('a client that leaves ends the model’s work, and the line says so, its usage incomplete', async () => {
  const { aws, log, client } = await serve()
  aws.replies['bedrock-runtime'] = streamed(...converseFrames('Hel').slice(0, 2), deferred<Uint8Array>().promise)
  for await (const { choices } of await ask(client)) if (choices[0]?.delta.content === 'Hel') break
  await vi.waitFor(() => expect(log.at(-1)).toMatchObject({ outcome: 'client_left', usageIncomplete: true }), 30_000)
  expect(aws.closed).toHaveLength(1)
})
