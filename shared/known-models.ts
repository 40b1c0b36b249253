/**
 * Bedrock's models that were known on a certain day. Nothing is refused because it is not in the list: new models come every week. The list
 * serves to detect a mistyped id where Bedrock cannot be asked; the preview asks Bedrock itself.
 */
import { chainEntries, type ModelChains } from './model-chain.ts'
import { nearest } from './settings/commands.ts'

/**
 * The month in which the list was made, from excerpts of AWS's page and from memory. A warning may be wrong, and nothing is refused because of
 * it.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
 */
export const KNOWN_MODELS_AS_OF = '2026-11'

const KNOWN_MODELS: readonly string[] = [
  'ai21.jamba-1-5-large-v1:0',
  'ai21.jamba-1-5-mini-v1:0',
  'amazon.nova-2-lite-v1:0',
  'amazon.nova-lite-v1:0',
  'amazon.nova-micro-v1:0',
  'amazon.nova-premier-v1:0',
  'amazon.nova-pro-v1:0',
  'amazon.titan-embed-text-v2:0',
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic.claude-opus-4-1-20250805-v1:0',
  'anthropic.claude-opus-4-5-20251101-v1:0',
  'anthropic.claude-opus-4-6-v1',
  'anthropic.claude-opus-4-7',
  'anthropic.claude-opus-4-8',
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'anthropic.claude-sonnet-4-6',
  'anthropic.claude-sonnet-5',
  'cohere.command-r-plus-v1:0',
  'cohere.command-r-v1:0',
  'cohere.embed-english-v3',
  'cohere.embed-multilingual-v3',
  'deepseek.r1-v1:0',
  'deepseek.v3-v1:0',
  'deepseek.v3.2',
  'google.gemma-3-27b-it',
  'google.gemma-3-4b-it',
  'meta.llama3-3-70b-instruct-v1:0',
  'meta.llama4-maverick-17b-instruct-v1:0',
  'meta.llama4-scout-17b-instruct-v1:0',
  'mistral.mistral-large-2407-v1:0',
  'mistral.pixtral-large-2502-v1:0',
  'openai.gpt-oss-120b-1:0',
  'openai.gpt-oss-20b-1:0',
]

/** The models of the list that could not be called by their own id, as far as was known. A profile's id begins with its geography. */
const THROUGH_A_PROFILE =
  /^(amazon\.nova-(2-lite|premier)|anthropic\.claude-(haiku|opus|sonnet)-[4-9]|deepseek\.r1|meta\.llama(3-3|4))/

/**
 * @param chains a tenant's names with their ids
 * @returns a line for each id that is not in the list, with a similar id or with the geography that it needs
 */
export function unknownModels(tenant: string, chains: ModelChains): readonly string[] {
  return chainEntries(chains).flatMap(([name, id]) => {
    const modelId = withoutGeography(id)
    if (id.startsWith('arn:')) return []
    if (id === modelId && THROUGH_A_PROFILE.test(id))
      return [
        `${tenant}: "${name}" is ${id}, which could be called through an inference profile only in ${KNOWN_MODELS_AS_OF}; is us.${id} meant, or another geography? The preview asks Bedrock.`,
      ]
    if (KNOWN_MODELS.includes(modelId)) return []
    const meant = nearest(modelId, KNOWN_MODELS)
    return [
      `${tenant}: "${name}" is ${id}, which is not on the list of ${KNOWN_MODELS_AS_OF}${meant === undefined ? '' : `; is ${id.replace(modelId, meant)} meant?`} ` +
        'The preview asks Bedrock.',
    ]
  })
}

/** `us.amazon.nova-lite-v1:0` becomes `amazon.nova-lite-v1:0`. */
const withoutGeography = (id: string) => id.replace(/^(global|apac|[a-z]{2}|us-gov)\.(?=[a-z0-9-]+\.)/, '')
