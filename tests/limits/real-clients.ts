/** OpenAI's client and AWS's, as they are, behind a `fetch` of a test's own. */
import { Readable } from 'node:stream'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { OpenAI } from 'openai'

/** What is asked for begins with this. */
export const ORIGIN = 'https://gateway.invalid'

interface AwsRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

/**
 * One short question, asked by each.
 * @param model the tenant's name for it
 * @returns what the model said
 */
export function realClients(tenantId: string, model: string, send: (request: Request) => Promise<Response>) {
  const openai = new OpenAI({
    apiKey: 'token',
    baseURL: `${ORIGIN}/${tenantId}/v1`,
    fetch: (input, init) => send(new Request(input, init)),
  })
  const aws = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: `${ORIGIN}/${tenantId}`,
    credentials: { accessKeyId: 'A', secretAccessKey: 's' },
    // It waits by its own measure, not by ours.
    maxAttempts: 12,
    requestHandler: {
      async handle({ method, path, headers, body }: AwsRequest) {
        const answer = await send(new Request(`${ORIGIN}${path}`, { method, headers, body }))
        const bytes = new Uint8Array(await answer.arrayBuffer())
        const { status: statusCode } = answer
        return { response: { statusCode, headers: Object.fromEntries(answer.headers), body: Readable.from([bytes]) } }
      },
    },
  })
  return {
    openai: async () => {
      const messages = [{ role: 'user' as const, content: 'Hi' }]
      const answer = await openai.chat.completions.create({ model, max_tokens: 10, messages })
      return answer.choices[0]?.message.content
    },
    aws: async () => {
      const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]
      const { output } = await aws.send(
        new ConverseCommand({ modelId: model, messages, inferenceConfig: { maxTokens: 10 } }),
      )
      return output?.message?.content?.[0]?.text
    },
  }
}

/** How each gives up at a budget. */
export const GIVES_UP = [
  ['openai', { status: 429, code: 'budget_exhausted', type: 'insufficient_quota' }],
  ['aws', { name: 'ServiceQuotaExceededException', $metadata: { httpStatusCode: 400, attempts: 1 } }],
] as const
