/** What Bedrock itself refuses in a conversation, for every model, in Bedrock's words. */
import { invalid } from '../refusals.ts'
import type { ContentBlock, CountedInput, MessageInput } from './input.ts'

const MAX_DOCUMENTS = 5
const MAX_CACHE_POINTS = 4

export function checkConversation({ messages = [], system = [], toolConfig }: CountedInput): void {
  messages.forEach(checkMessage)
  if (messages[0]?.role !== 'user')
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  if (messages.some(({ role }, index) => index > 0 && role === messages[index - 1]?.role))
    throw invalid(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
    )
  const blocks = messages.flatMap(({ content }) => content)
  if (!toolConfig && blocks.some((block) => 'toolUse' in block || 'toolResult' in block))
    throw invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
  messages.forEach((_, index) => {
    checkPairs(messages, index)
  })
  checkDocuments(blocks)
  toolConfig?.tools.forEach((tool, index) => {
    if ('toolSpec' in tool && tool.toolSpec.inputSchema.json.type !== 'object')
      throw invalid(
        `The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`,
      )
  })
  const points = [...blocks, ...system, ...(toolConfig?.tools ?? [])].filter((block) => 'cachePoint' in block)
  // AWS documents the limit, but not the words.
  if (points.length > MAX_CACHE_POINTS)
    throw invalid(`A request can have ${MAX_CACHE_POINTS} cachePoint blocks at most. Found ${points.length}.`)
}

function checkMessage({ role, content }: MessageInput, index: number): void {
  if (content.length === 0)
    throw invalid(
      `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
    )
  content.forEach((block, position) => {
    const at = `messages.${index}.content.${position}`
    if ('text' in block && block.text.trim() === '')
      throw invalid(
        `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`,
      )
    if ('toolResult' in block) checkResult(block.toolResult, at)
    const misplaced = misplacedIn(role, block)
    if (misplaced)
      throw invalid(
        `This model doesn't support the ${misplaced} field for ${role} messages. Remove ${misplaced} and try again.`,
      )
  })
}

function checkResult({ content, status }: ToolResult, at: string): void {
  if (content.length === 0 && status === 'error')
    throw invalid(`The content field at ${at}.toolResult cannot be empty when status value is error.`)
  content.forEach((block, position) => {
    if ('json' in block && (typeof block.json !== 'object' || block.json === null || Array.isArray(block.json)))
      throw invalid(
        `The format of the value at ${at}.toolResult.content.${position}.json is invalid. Provide a json object for the field and try again.`,
      )
  })
}

type ToolResult = Extract<ContentBlock, { readonly toolResult: unknown }>['toolResult']

const OF_THE_USER = ['image', 'document', 'toolResult'] as const
const OF_THE_ASSISTANT = ['toolUse', 'reasoningContent'] as const

const misplacedIn = (role: MessageInput['role'], block: ContentBlock): string | undefined =>
  (role === 'user' ? OF_THE_ASSISTANT : OF_THE_USER).find((field) => field in block)

/** The tool calls of a turn must be answered in the next turn, each once, and nothing else may be answered there. */
function checkPairs(messages: readonly MessageInput[], index: number): void {
  const asked = (messages[index - 1]?.content ?? []).flatMap((block) => ('toolUse' in block ? [block.toolUse] : []))
  const answered = (messages[index]?.content ?? []).flatMap((block) =>
    'toolResult' in block ? [block.toolResult.toolUseId] : [],
  )
  const missing = asked.map(({ toolUseId }) => toolUseId).filter((id) => !answered.includes(id))
  if (missing.length > 0)
    throw invalid(
      `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`,
    )
  if (answered.length > asked.length)
    throw invalid(
      `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
    )
}

function checkDocuments(blocks: readonly ContentBlock[]): void {
  const names = blocks.flatMap((block) => ('document' in block ? [block.document.name] : []))
  if (names.length > MAX_DOCUMENTS)
    throw invalid(`You can't include more than ${MAX_DOCUMENTS} documents in a request.`)
  // None of AWS's lists has the underscore, but it has been seen to pass.
  if (names.some((name) => !/^[\w\-()[\] ]*$/.test(name) || /\s\s/.test(name)))
    throw invalid(
      "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.",
    )
  if (new Set(names).size < names.length) throw invalid("Messages can't contain duplicate document names.")
}
