/** Bundled for a browser by the test: the SDKs' browser versions, unmodified. */
import { BedrockRuntimeClient, ConverseCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import OpenAI from 'openai'

const GATEWAY = 'https://genai.example.com/tenant1'

export async function aws(): Promise<void> {
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: GATEWAY,
    token: { token: 'T' },
    authSchemePreference: ['httpBearerAuth'],
  })
  await client.send(
    new ConverseCommand({ modelId: 'nova-2-lite', messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }),
  )
  await client.send(new InvokeModelCommand({ modelId: 'nova-2-lite', body: '{}', contentType: 'application/json' }))
}

export async function openai(): Promise<void> {
  const client = new OpenAI({ apiKey: 'T', baseURL: `${GATEWAY}/v1`, dangerouslyAllowBrowser: true })
  await client.chat.completions.create({ model: 'nova-2-lite', messages: [{ role: 'user', content: 'Hello' }] })
}
