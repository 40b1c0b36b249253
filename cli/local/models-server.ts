/** `--models-url`: a server with the OpenAI API that answers as the models. It is asked for its models before anything is started. */
import type { ModelBackend } from '@genai/local-cloud/aws/bedrock/model-backend'
import { openAiModels } from '@genai/local-cloud/aws/bedrock/openai-models'

import { type Arguments, messageOf, UserError } from '../verb.ts'

export const MODEL_OPTIONS = {
  'models-url': {
    type: 'string',
    placeholder: 'URL',
    help: 'an OpenAI-compatible server that answers as the models',
  },
  'models-name': { type: 'string', placeholder: 'NAME', help: 'the model of that server (default: its first)' },
} as const

const EXAMPLE = 'Example: --models-url http://localhost:11434/v1 --models-name llama3.2'
const PATIENCE_MILLISECONDS = 5_000

/**
 * @returns undefined if no server is named
 * @throws UserError for a server that would answer nothing
 */
export async function modelsOf(values: Arguments['values']): Promise<ModelBackend | undefined> {
  const given = values['models-url']
  const name = values['models-name'] === undefined ? undefined : String(values['models-name'])
  if (given === undefined) {
    if (name !== undefined) throw new UserError('--models-name needs --models-url.', EXAMPLE)
    return undefined
  }
  const url = String(given)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UserError(`--models-url is no http or https address: ${url}`, EXAMPLE)
  await probe(url.replace(/\/+$/, ''), name)
  return openAiModels({ url, ...(name !== undefined && { model: name }) })
}

async function probe(url: string, name: string | undefined): Promise<void> {
  const address = `${url}/models`
  const refuse = (what: string, remedy: string, cause?: unknown) =>
    new UserError(`--models-url: ${what}`, `${remedy} Nothing was started.`, { cause })
  const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }).catch(
    (cause: unknown) => {
      throw refuse(
        `no answer from ${address} (${reasonOf(cause)}).`,
        'Is the server running, and the address right?',
        cause,
      )
    },
  )
  // Not every server lists its models; a model that is named is then assumed to exist.
  if (response.status === 404 && name !== undefined) return
  if (!response.ok)
    throw refuse(
      `${address} answered with status ${response.status}.`,
      response.status === 404
        ? 'The address ends in the API’s own folder, /v1 as a rule; a server that lists no models needs --models-name.'
        : 'The server has to answer without a key.',
    )
  const ids = idsOf(await response.json().catch(() => undefined))
  if (!ids) throw refuse(`${address} did not answer with a list of models.`, EXAMPLE)
  if (name === undefined && ids.length === 0)
    throw refuse(`the server at ${url} has no model.`, 'Load one first, or name it with --models-name.')
  if (name !== undefined && !lists(ids, name))
    throw refuse(`the server at ${url} has no model "${name}". It has: ${ids.join(', ') || 'none'}.`, EXAMPLE)
}

function idsOf(body: unknown): readonly string[] | undefined {
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined
  if (!Array.isArray(data)) return undefined
  return data.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'id' in one && typeof one.id === 'string' ? [one.id] : [],
  )
}

/** With Ollama, a name without a tag means the tag `latest`, and a proxy may list a pattern instead of names. */
const lists = (ids: readonly string[], name: string) =>
  ids.some((id) => id === name || id === `${name}:latest` || id.includes('*'))

/** The message `fetch failed` does not say why; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `after ${PATIENCE_MILLISECONDS / 1000} seconds`
  const { cause } = error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  return code || (cause === undefined ? messageOf(error) : messageOf(cause))
}
