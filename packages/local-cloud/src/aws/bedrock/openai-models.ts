/** Models that a server with the OpenAI API plays, which the user names, such as Ollama. Bedrock's own checks and limits stay. */
import { AwsError } from '../../errors.ts'
import { type Generation, type ModelBackend, type ModelEvent, textOf } from './model-backend.ts'
import { serverSentEvents } from './server-sent-events.ts'

export interface OpenAiModelsOptions {
  /** Base address, `http://localhost:11434/v1`. */
  readonly url: string
  /** The server's name of the model that answers for all. @default the first that the server lists */
  readonly model?: string
  /** Sent as a bearer token where the server wants one. */
  readonly apiKey?: string
}

export function openAiModels({ url, model, apiKey }: OpenAiModelsOptions): ModelBackend {
  const server: Server = {
    address: url.replace(/\/+$/, ''),
    headers: {
      'content-type': 'application/json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
  }
  let chosen = model
  return {
    async *generate(generation) {
      chosen ??= await firstModel(server, generation.signal)
      const response = await request(server, '/chat/completions', generation.signal, {
        method: 'POST',
        body: JSON.stringify(completionRequest(chosen, generation)),
      })
      if (generation.streamed) yield* streamedAnswer(server, response)
      else yield* wholeAnswer(server, (await response.json()) as Completion)
    },
  }
}

interface Server {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
}

interface Completion {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown }; readonly finish_reason?: string }[]
  readonly usage?: Counted | null
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null }
    readonly finish_reason?: string | null
  }[]
  readonly usage?: Counted | null
}

interface Counted {
  readonly prompt_tokens?: number
  readonly completion_tokens?: number
}

function completionRequest(model: string, generation: Generation) {
  const { system, messages, maxTokens, temperature, topP, stopSequences, streamed } = generation
  return {
    model,
    messages: [
      ...(system.length === 0 ? [] : [{ role: 'system', content: textOf(system) }]),
      ...messages.map(({ role, content }) => ({ role, content: textOf(content) })),
    ],
    max_tokens: maxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stopSequences.length > 0 && { stop: stopSequences }),
    ...(streamed && { stream: true, stream_options: { include_usage: true } }),
  }
}

function* wholeAnswer({ address }: Server, { choices: [choice] = [], usage }: Completion): Generator<ModelEvent> {
  if (typeof choice?.message?.content !== 'string')
    throw new AwsError('ModelErrorException', `The model server at ${address} answered without a message.`, 424)
  yield { kind: 'start', block: { type: 'text' } }
  yield { kind: 'delta', text: choice.message.content }
  yield { kind: 'stop' }
  yield endOf(choice.finish_reason, usage)
}

async function* streamedAnswer({ address }: Server, response: Response): AsyncGenerator<ModelEvent> {
  let finishReason: string | undefined
  let usage: Counted | undefined
  yield { kind: 'start', block: { type: 'text' } }
  for await (const data of serverSentEvents(response.body ?? [])) {
    if (data === '[DONE]') break
    const chunk = JSON.parse(data) as Chunk
    const [choice] = chunk.choices ?? []
    const text = choice?.delta?.content
    if (text) yield { kind: 'delta', text }
    finishReason = choice?.finish_reason ?? finishReason
    usage = chunk.usage ?? usage
  }
  if (finishReason === undefined)
    throw new AwsError('ModelErrorException', `The model server at ${address} broke off in the middle.`, 424)
  yield { kind: 'stop' }
  yield endOf(finishReason, usage)
}

const endOf = (finishReason: string | undefined, usage: Counted | null | undefined): ModelEvent => ({
  kind: 'end',
  // The API does not tell a stop sequence from the model's own end.
  stopReason: finishReason === 'length' ? 'max_tokens' : 'end_turn',
  usage: { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 },
})

async function firstModel(server: Server, signal: AbortSignal): Promise<string> {
  const response = await request(server, '/models', signal, {})
  const { data = [] } = (await response.json()) as { readonly data?: readonly { readonly id?: string }[] }
  const id = data[0]?.id
  if (id === undefined)
    throw new AwsError(
      'ModelErrorException',
      `The model server at ${server.address} has no model: pull one first.`,
      424,
    )
  return id
}

/** A server that is away is Bedrock being unavailable; one that refuses is the model failing. */
async function request(
  { address, headers }: Server,
  path: string,
  signal: AbortSignal,
  init: RequestInit,
): Promise<Response> {
  let response: Response
  try {
    response = await fetch(`${address}${path}`, { ...init, headers, signal })
  } catch (cause) {
    if (signal.aborted) throw cause
    const message = `The model server at ${address} does not answer: is it running?`
    throw new AwsError('ServiceUnavailableException', message, 503)
  }
  if (response.ok) return response
  await response.body?.cancel()
  if (response.status === 429)
    throw new AwsError('ThrottlingException', 'Too many requests, please wait before trying again.', 429)
  const message = `The model server at ${address} answered ${path} with status ${response.status}.`
  throw new AwsError('ModelErrorException', message, 424)
}
