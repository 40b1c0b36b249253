/** Who answers as the models: the deterministic stand-in, or a server with the OpenAI API that the user names, such as Ollama. */
import { AwsError } from '../../errors.ts'

export interface Generation {
  /** Foundation model id, and what was called: the same or an inference profile's id. */
  readonly modelId: string
  readonly invokedId: string
  /** For people: `Amazon Nova 2 Lite`. */
  readonly modelName: string
  /** Account and region that the call was made in. */
  readonly account: string
  readonly region: string
  /** Empty without one. */
  readonly system: string
  readonly messages: readonly Message[]
  readonly maxTokens: number
  readonly temperature?: number
  readonly topP?: number
  readonly stopSequences: readonly string[]
  /** The caller went away. */
  readonly signal: AbortSignal
}

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

export interface Generated {
  readonly text: string
  readonly stopReason: 'end_turn' | 'max_tokens' | 'stop_sequence'
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface ModelBackend {
  /** @throws AwsError what Bedrock would answer when a model fails */
  generate(generation: Generation): Promise<Generated>
}

export interface OpenAiModelsOptions {
  /** Base address, `http://localhost:11434/v1`. */
  readonly url: string
  /** The server's name of the model that answers for all. @default the first that the server lists */
  readonly model?: string
  /** Sent as a bearer token where the server wants one. */
  readonly apiKey?: string
}

/** Every model is played by one of the server's; Bedrock's own checks and limits stay. */
export function openAiModels({ url, model, apiKey }: OpenAiModelsOptions): ModelBackend {
  const server = url.replace(/\/+$/, '')
  const headers = {
    'content-type': 'application/json',
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  }
  let chosen = model
  return {
    async generate({ system, messages, maxTokens, temperature, topP, stopSequences, signal }) {
      chosen ??= await firstModel(server, headers, signal)
      const answer = await request<Completion>(server, '/chat/completions', signal, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          model: chosen,
          messages: [
            ...(system === '' ? [] : [{ role: 'system', content: system }]),
            ...messages.map(({ role, text }) => ({ role, content: text })),
          ],
          max_tokens: maxTokens,
          ...(temperature !== undefined && { temperature }),
          ...(topP !== undefined && { top_p: topP }),
          ...(stopSequences.length > 0 && { stop: stopSequences }),
        }),
      })
      const [choice] = answer.choices ?? []
      if (typeof choice?.message?.content !== 'string')
        throw new AwsError('ModelErrorException', `The model server at ${server} answered without a message.`, 424)
      return {
        text: choice.message.content,
        // The API does not tell a stop sequence from the model's own end.
        stopReason: choice.finish_reason === 'length' ? 'max_tokens' : 'end_turn',
        inputTokens: answer.usage?.prompt_tokens ?? 0,
        outputTokens: answer.usage?.completion_tokens ?? 0,
      }
    },
  }
}

interface Completion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown }; readonly finish_reason?: string }[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number }
}

async function firstModel(server: string, headers: Record<string, string>, signal: AbortSignal): Promise<string> {
  const { data = [] } = await request<{ readonly data?: readonly { readonly id?: string }[] }>(
    server,
    '/models',
    signal,
    { headers },
  )
  const id = data[0]?.id
  if (id === undefined)
    throw new AwsError('ModelErrorException', `The model server at ${server} has no model: pull one first.`, 424)
  return id
}

/** A server that is away is Bedrock being unavailable; one that refuses is the model failing. */
async function request<T>(server: string, path: string, signal: AbortSignal, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(`${server}${path}`, { ...init, signal })
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new AwsError(
      'ServiceUnavailableException',
      `The model server at ${server} does not answer: is it running?`,
      503,
    )
  }
  if (response.status === 429)
    throw new AwsError('ThrottlingException', 'Too many requests, please wait before trying again.', 429)
  if (!response.ok)
    throw new AwsError(
      'ModelErrorException',
      `The model server at ${server} answered ${path} with status ${response.status}.`,
      424,
    )
  return (await response.json()) as T
}
