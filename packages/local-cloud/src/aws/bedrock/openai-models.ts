/** Models that a server with the OpenAI API (such as Ollama) answers for, which the user names. Bedrock's own checks and limits still apply. */
import { AwsError } from '../../errors.ts'
import type { ModelBackend } from './model-backend.ts'
import { type Chunk, type Completion, failed, streamedAnswer, wholeAnswer } from './openai/answer.ts'
import { completionRequest } from './openai/request.ts'
import { serverSentEvents } from './openai/server-sent-events.ts'

export interface OpenAiModelsOptions {
  /** Base address, `http://localhost:11434/v1`. */
  readonly url: string
  /**
   * The server's name for the model that answers for all of Bedrock's.
   * @default the first model that the server lists
   */
  readonly model?: string
  /** Sent as a bearer token, if the server demands one. */
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
      const thinks = generation.reasoning !== undefined
      if (generation.streamed) yield* streamedAnswer(chunksOf(response, generation.signal), thinks)
      else yield* wholeAnswer(await json<Completion>(response), thinks)
    },
  }
}

interface Server {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
}

async function* chunksOf({ body }: Response, signal: AbortSignal): AsyncGenerator<Chunk> {
  const data = serverSentEvents(body ?? [])[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await data.next().catch((error: unknown) => {
        throw signal.aborted ? error : failed('broke off in the middle of its answer')
      })
      if (done || value === '[DONE]') return
      yield parsed<Chunk>(value)
    }
  } finally {
    await data.return(undefined)
  }
}

const json = async <T>(response: Response): Promise<T> => parsed<T>(await response.text())

function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw failed('answered what is no JSON')
  }
}

async function firstModel(server: Server, signal: AbortSignal): Promise<string> {
  const response = await request(server, '/models', signal, {})
  const { data = [] } = await json<{ readonly data?: readonly { readonly id?: string }[] }>(response)
  const id = data[0]?.id
  if (id === undefined) throw failed(`at ${server.address} has no model: pull one first`)
  return id
}

/** A server that cannot be reached becomes Bedrock's "unavailable"; a server that refuses becomes a failure of the model. */
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
  throw failed(`at ${address} answered ${path} with status ${response.status}`)
}
