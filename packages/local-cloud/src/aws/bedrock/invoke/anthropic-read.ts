/** Converts Anthropic's blocks and tools into the form that the models take. A cache mark on a block becomes a cache point after it. */
import type { Block, CacheTtl, Tool, ToolChoice } from '../model-backend.ts'
import { invalid } from '../refusals.ts'
import type { AnthropicBlock, AnthropicChoice, AnthropicTool } from './anthropic-input.ts'

export const blocksOf = (blocks: readonly AnthropicBlock[]): readonly Block[] =>
  blocks.flatMap((block) => {
    const mark = 'cache_control' in block ? block.cache_control : undefined
    const ttl: CacheTtl = mark?.ttl ?? '5m'
    return mark ? [blockOf(block), { type: 'cachePoint', ttl }] : [blockOf(block)]
  })

function blockOf(block: AnthropicBlock): Block {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text }
    case 'image':
      return { type: 'image', format: block.source.media_type.slice('image/'.length), bytes: block.source.data }
    case 'document': {
      const { source, title } = block
      const format = source.media_type === 'application/pdf' ? 'pdf' : 'txt'
      const text = source.type === 'text' ? source.data : Buffer.from(source.data, 'base64').toString('latin1')
      return { type: 'document', format, name: title ?? 'document', text }
    }
    case 'tool_use':
      return { type: 'toolUse', id: block.id, name: block.name, input: block.input }
    case 'tool_result': {
      const { tool_use_id: id, content = [], is_error } = block
      return { type: 'toolResult', id, content: blocksOf(content), failed: is_error === true }
    }
    case 'thinking':
      return {
        type: 'reasoning',
        text: block.thinking,
        ...(block.signature !== undefined && { signature: block.signature }),
      }
    case 'redacted_thinking':
      return { type: 'redacted', data: block.data }
  }
}

export const toolsOf = (tools: readonly AnthropicTool[]): readonly Tool[] =>
  tools.map(({ name, description, input_schema: schema, cache_control }) => ({
    name,
    schema,
    ...(description !== undefined && { description }),
    ...(cache_control && { cachePoint: cache_control.ttl ?? '5m' }),
  }))

export function choiceOf({ type, name }: AnthropicChoice): ToolChoice {
  if (type !== 'tool') return { type }
  if (name === undefined) throw invalid('tool_choice.tool.name: Field required')
  return { type, name }
}
