/** For tests: connects OpenAI's own client to the app in the same process, with a fake transport in place of AWS. */
import { OpenAI } from 'openai'
import { createTestApp } from '../../testing/app.ts'
import { claims, context, createSigner } from '../../testing/support.ts'

const NOW = Date.UTC(2026, 10, 1)
const signer = await createSigner('key-1')
const token = await signer.sign(claims(NOW / 1000))

export function createTestClient() {
  const made = createTestApp(signer.jwk, NOW)
  const requests: Request[] = []
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init)
    requests.push(request)
    return made.app(request, context())
  }
  const client = new OpenAI({ apiKey: token, baseURL: 'https://gateway.invalid/tenant1/v1', fetch, maxRetries: 2 })
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`https://gateway.invalid/tenant1${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
  const sent = () => made.aws.sent('bedrock-runtime').map(({ path, body }) => ({ path, body: JSON.parse(`${body}`) }))
  return { ...made, client, requests, get, sent }
}
