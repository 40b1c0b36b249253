/** What Bedrock refuses of a conversation, in its words; the same for every operation and body format. */
import { AwsError } from '../../errors.ts'
import type { FoundationModel } from './catalogue.ts'
import type { Block, Generation, Message } from './model-backend.ts'
import { inputTokens } from './tokens.ts'

/** What a body says, whatever its format. */
export type Prompt = Pick<Generation, 'system' | 'messages' | 'stopSequences'> &
  Partial<Pick<Generation, 'maxTokens' | 'temperature' | 'topP'>>

export interface ContentMessage {
  readonly role: Message['role']
  readonly content: readonly { readonly text: string }[]
}

/** Messages as the models take them, after what Bedrock checks of their form. */
export function readMessages(messages: readonly ContentMessage[]): readonly Message[] {
  messages.forEach(({ content }, index) => {
    if (content.length === 0)
      throw invalid(
        `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
      )
    content.forEach(({ text }, block) => {
      if (text.trim() === '')
        throw invalid(
          `The text field in the ContentBlock object at messages.${index}.content.${block} is blank. Add text to the text field, and try again.`,
        )
    })
  })
  if (messages[0]?.role !== 'user')
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  if (messages.some(({ role }, index) => index > 0 && role === messages[index - 1]?.role))
    throw invalid(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
    )
  return messages.map(({ role, content }) => ({ role, content: textBlocks(content) }))
}

/** What this model refuses; answers the tokens that it may write. */
export function checkPrompt(model: FoundationModel, prompt: Prompt): number {
  const { system, messages, maxTokens = model.maxOutputTokens, temperature, topP } = prompt
  if (system.length > 0 && !model.systemPrompts)
    throw invalid(
      "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.",
    )
  if (messages.at(-1)?.role === 'assistant' && model.format !== 'anthropic')
    throw invalid(
      'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
    )
  if (maxTokens > model.maxOutputTokens)
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${model.maxOutputTokens}. Try again with a maximum tokens value that is lower than ${model.maxOutputTokens}.`,
    )
  if (model.oneSamplingParameter && temperature !== undefined && topP !== undefined)
    throw invalid(
      'The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    )
  if (inputTokens({ system, messages }) > model.maxInputTokens) throw invalid('Input is too long for requested model.')
  return maxTokens
}

export const textBlocks = (texts: readonly { readonly text: string }[]): readonly Block[] =>
  texts.map(({ text }) => ({ type: 'text', text }))

export const invalid = (message: string) => new AwsError('ValidationException', message)
