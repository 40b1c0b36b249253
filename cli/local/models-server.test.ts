import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { modelsOf } from './models-server.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** @returns the base address of a server that answers `/v1/models` like this */
async function serving(status: number, body: unknown): Promise<string> {
  const listening = createServer(({ url }, response) => {
    response.writeHead(url === '/v1/models' ? status : 404).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server = listening
  const port = await new Promise<number>((resolve) =>
    listening.listen(0, '127.0.0.1', () => {
      const address = listening.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }),
  )
  return `http://127.0.0.1:${port}/v1`
}

const ask = (url: string, name?: string) =>
  modelsOf({ 'models-url': url, ...(name !== undefined && { 'models-name': name }) })
const OLLAMA = { data: [{ id: 'llama3.2:latest' }, { id: 'qwen3' }] }

describe('--models-url', () => {
  it('is optional, and --models-name is nothing without it', async () => {
    expect(await modelsOf({})).toBeUndefined()
    await expect(modelsOf({ 'models-name': 'x' })).rejects.toThrow('--models-name needs --models-url')
  })

  it.each(['localhost:11434', 'ftp://localhost/v1', 'nonsense'])('%s is no address', async (url) => {
    await expect(ask(url)).rejects.toThrow(`--models-url is no http or https address: ${url}`)
  })

  it('names the address that does not answer', async () => {
    const url = await serving(200, OLLAMA)
    await new Promise((resolve) => server?.close(resolve))
    await expect(ask(url)).rejects.toThrow(`no answer from ${url}/models (ECONNREFUSED)`)
  })

  it('takes a server that has the model, or any where none is named', async () => {
    const url = await serving(200, OLLAMA)
    for (const name of [undefined, 'qwen3', 'llama3.2', 'llama3.2:latest']) expect(await ask(url, name)).toBeDefined()
    expect(await ask(`${url}/`)).toBeDefined()
    await expect(ask(url, 'gpt')).rejects.toThrow('has no model "gpt". It has: llama3.2:latest, qwen3.')
  })

  it('takes a named model on trust where the server lists none', async () => {
    const url = await serving(404, '')
    expect(await ask(url, 'llama3.2')).toBeDefined()
    await expect(ask(url)).rejects.toThrow('/v1/models answered with status 404')
  })

  it.each([
    [200, 'hello', 'did not answer with a list of models'],
    [200, { data: [] }, 'has no model'],
    [401, {}, 'answered with status 401'],
  ])('refuses an answer of %d %j', async (status, body, message) => {
    await expect(ask(await serving(status, body))).rejects.toThrow(message)
  })
})
