/** What Bedrock refuses because the called model does not support it, in Bedrock's words. It is the same for every API. */
import { AwsError } from '../../errors.ts'
import type { Feature, FoundationModel } from './catalogue.ts'
import type { Block, Prompt } from './model-backend.ts'
import { invalid, malformed } from './refusals.ts'
import { inputTokens } from './tokens.ts'

export function checkModel(model: FoundationModel, prompt: Prompt): void {
  const { system, messages, tools, schema } = prompt
  const lacks = (feature: Feature) => !model.features.has(feature)
  const blocks = messages.flatMap(({ content }) => content)
  if (lacks('system') && system.length > 0)
    throw invalid(
      "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.",
    )
  if (lacks('tools') && tools.length > 0) throw invalid("This model doesn't support tool use.")
  for (const [feature, type] of [
    ['images', 'image'],
    ['documents', 'document'],
  ] as const)
    if (lacks(feature) && holds(blocks, type))
      throw invalid(`This model doesn't support the ${type} field for user messages. Remove ${type} and try again.`)
  if (lacks('caching') && (holds([...blocks, ...system], 'cachePoint') || tools.some(({ cachePoint }) => cachePoint)))
    throw new AwsError(
      'AccessDeniedException',
      'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.',
      403,
    )
  const cached = tools.findIndex(({ cachePoint }) => cachePoint)
  if (lacks('cachedTools') && cached >= 0)
    throw malformed(`#/toolConfig/tools/${cached + 1}: extraneous key [cachePoint] is not permitted`)
  if (model.family !== 'anthropic' && messages.at(-1)?.role === 'assistant')
    throw invalid(
      'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
    )
  // AWS documents which models support it, but not the words of the refusal.
  if (lacks('structuredOutput') && schema)
    throw invalid(
      "This model doesn't support the outputConfig.textFormat field. Remove outputConfig.textFormat and try again.",
    )
  if (inputTokens(prompt) > model.maxInputTokens) throw invalid('Input is too long for requested model.')
}

const holds = (blocks: readonly Block[], type: Block['type']): boolean =>
  blocks.some((block) => block.type === type || (block.type === 'toolResult' && holds(block.content, type)))
