/** Converts the input of `Converse` into the form that the models take. */
import type { JsonSchema } from '../json-schema.ts'
import type { Block, CacheTtl, Prompt, Tool, ToolChoice } from '../model-backend.ts'
import { invalid } from '../refusals.ts'
import type { ContentBlock, ConverseInput, CountedInput } from './input.ts'

export function conversationOf({ messages = [], system = [], toolConfig }: CountedInput): Prompt {
  return {
    messages: messages.map(({ role, content }) => ({ role, content: content.map(blockOf) })),
    system: system.map(blockOf),
    tools: toolsOf(toolConfig?.tools ?? []),
    ...(toolConfig?.toolChoice && { toolChoice: choiceOf(toolConfig.toolChoice) }),
    stopSequences: [],
  }
}

export function promptOf(input: ConverseInput): Prompt {
  const { stopSequences = [], ...inference } = input.inferenceConfig ?? {}
  const schema = input.outputConfig?.textFormat?.structure.jsonSchema.schema
  return {
    ...conversationOf(input),
    ...inference,
    stopSequences,
    ...(schema !== undefined && { schema: parsedSchema(schema) }),
  }
}

function parsedSchema(schema: string): JsonSchema {
  try {
    const parsed: unknown = JSON.parse(schema)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonSchema
  } catch {
    // The caller below reports this, and JSON that is no schema.
  }
  // AWS's words are not known.
  throw invalid('The schema at outputConfig.textFormat.structure.jsonSchema.schema is not a valid JSON schema.')
}

type SystemBlock = NonNullable<CountedInput['system']>[number]
type ToolInput = NonNullable<CountedInput['toolConfig']>['tools'][number]
type ChoiceInput = NonNullable<NonNullable<CountedInput['toolConfig']>['toolChoice']>
type ResultBlock = Extract<ContentBlock, { readonly toolResult: unknown }>['toolResult']['content'][number]

function blockOf(block: ContentBlock | SystemBlock | ResultBlock): Block {
  if ('text' in block) return { type: 'text', text: block.text }
  if ('image' in block) return { type: 'image', format: block.image.format, bytes: block.image.source.bytes }
  if ('document' in block) {
    const { format = 'txt', name, source } = block.document
    return { type: 'document', format, name, text: Buffer.from(source.bytes, 'base64').toString('latin1') }
  }
  if ('cachePoint' in block) return { type: 'cachePoint', ttl: block.cachePoint.ttl ?? '5m' }
  if ('json' in block) return { type: 'json', value: block.json }
  if ('toolUse' in block)
    return { type: 'toolUse', id: block.toolUse.toolUseId, name: block.toolUse.name, input: block.toolUse.input }
  if ('toolResult' in block) {
    const { toolUseId: id, content, status } = block.toolResult
    return { type: 'toolResult', id, content: content.map(blockOf), failed: status === 'error' }
  }
  if ('guardContent' in block) return { type: 'text', text: block.guardContent.text.text }
  if ('reasoningContent' in block) {
    const { reasoningContent } = block
    if ('redactedContent' in reasoningContent) return { type: 'redacted', data: reasoningContent.redactedContent }
    return { type: 'reasoning', ...reasoningContent.reasoningText }
  }
  throw new Error(`A block that was read is not known: ${Object.keys(block).join(', ')}.`)
}

function toolsOf(inputs: readonly ToolInput[]): readonly Tool[] {
  const tools: Tool[] = []
  for (const input of inputs) {
    if ('toolSpec' in input) {
      const { name, description, inputSchema } = input.toolSpec
      tools.push({ name, schema: inputSchema.json, ...(description !== undefined && { description }) })
    } else if ('cachePoint' in input) {
      const last = tools.pop()
      const ttl: CacheTtl = input.cachePoint.ttl ?? '5m'
      if (last) tools.push({ ...last, cachePoint: ttl })
    }
  }
  return tools
}

function choiceOf(choice: ChoiceInput): ToolChoice {
  if ('tool' in choice) return { type: 'tool', name: choice.tool.name }
  return { type: 'any' in choice ? 'any' : 'auto' }
}
