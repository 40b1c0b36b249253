/** The input of Anthropic's Messages API, as far as it is known. A member that it does not have is refused in Anthropic's words. */
import {
  blob,
  boolean,
  document,
  dotted,
  float,
  integer,
  list,
  type Members,
  type Of,
  object,
  oneOf,
  required,
  type Shape,
  structure,
  text,
  unsupported,
  Violation,
} from '../../../wire/protocol/shape.ts'
import { EFFORT, OWN_FIELDS } from '../families/claude.ts'

const extra = (path: string, name: string) => `${path === '' ? '' : `${path}.`}${name}: Extra inputs are not permitted`
const closed = <const M extends Members>(members: M) => structure(members, extra)

const CACHED = { cache_control: closed({ type: required(oneOf('ephemeral')), ttl: oneOf('5m', '1h') }) }

const TEXT = closed({ type: required(oneOf('text')), text: required(text()), ...CACHED, citations: unsupported })

/** Bedrock fetches no URLs. */
const SOURCE = closed({
  type: required(oneOf('base64')),
  media_type: required(oneOf('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
  data: required(blob),
})
const DOCUMENT_SOURCE = closed({
  type: required(oneOf('base64', 'text')),
  media_type: required(oneOf('application/pdf', 'text/plain')),
  data: required(text()),
})

const IMAGE = closed({ type: required(oneOf('image')), source: required(SOURCE), ...CACHED })
const DOCUMENT = closed({
  type: required(oneOf('document')),
  source: required(DOCUMENT_SOURCE),
  title: text(),
  context: text(),
  citations: unsupported,
  ...CACHED,
})

const RESULT_BLOCKS = { text: TEXT, image: IMAGE, document: DOCUMENT }

const BLOCKS = {
  ...RESULT_BLOCKS,
  tool_use: closed({
    type: required(oneOf('tool_use')),
    id: required(text({ min: 1, pattern: /^[a-zA-Z0-9_-]+$/ })),
    name: required(text({ min: 1, max: 200 })),
    input: required(object),
    ...CACHED,
  }),
  tool_result: closed({
    type: required(oneOf('tool_result')),
    tool_use_id: required(text({ min: 1 })),
    content: textOr(RESULT_BLOCKS),
    is_error: boolean,
    ...CACHED,
  }),
  thinking: closed({ type: required(oneOf('thinking')), thinking: required(text()), signature: text() }),
  redacted_thinking: closed({ type: required(oneOf('redacted_thinking')), data: required(text()) }),
}

/** Blocks of tools that run at Anthropic, and of search. */
const UNSUPPORTED = ['server_tool_use', 'web_search_tool_result', 'search_result', 'container_upload', 'tool_reference']

/** A list of blocks, each read by its type, or a text in place of the list. */
function textOr<const M extends Members>(kinds: M): Shape<readonly Of<M[keyof M]>[]> {
  const one: Shape<Of<M[keyof M]>> = {
    read(value, path, problems) {
      const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : undefined
      if (type === undefined) throw new Violation(`${dotted(path)}.type: Field required`)
      if (UNSUPPORTED.includes(type)) return unsupported.read(value, `${path}.${type}`, problems)
      const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
      if (!kind) {
        const tags = Object.keys(kinds).map((tag) => `'${tag}'`)
        throw new Violation(
          `${dotted(path)}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${tags.join(', ')}`,
        )
      }
      return kind.read(value, `${path}.${type}`, problems) as Of<M[keyof M]>
    },
  }
  const blocks = list(one)
  return {
    read: (value, path, problems) =>
      blocks.read(typeof value === 'string' ? [{ type: 'text', text: value }] : value, path, problems),
  }
}

const TOOL = closed({
  type: oneOf('custom'),
  name: required(text({ min: 1, max: 128, pattern: /^[a-zA-Z0-9_-]+$/ })),
  description: text(),
  input_schema: required(object),
  strict: boolean,
  eager_input_streaming: boolean,
  input_examples: list(document),
  defer_loading: unsupported,
  allowed_callers: unsupported,
  ...CACHED,
})

export const INPUT = closed({
  // Anthropic's own client for Bedrock sends the second value since October 2026 (@anthropic-ai/bedrock-sdk 1.0).
  anthropic_version: required(oneOf('bedrock-2023-05-31', '2026-10-21')),
  max_tokens: required(integer({ min: 1 })),
  messages: required(list(closed({ role: required(oneOf('user', 'assistant')), content: required(textOr(BLOCKS)) }))),
  system: textOr({ text: TEXT }),
  tools: list(TOOL),
  tool_choice: closed({
    type: required(oneOf('auto', 'any', 'tool', 'none')),
    name: text(),
    disable_parallel_tool_use: boolean,
  }),
  temperature: float({ min: 0, max: 1 }),
  top_p: float({ min: 0, max: 1 }),
  stop_sequences: list(text()),
  metadata: closed({ user_id: text() }),
  output_config: closed({
    effort: EFFORT,
    format: closed({ type: required(oneOf('json_schema')), schema: required(object) }),
  }),
  context_management: unsupported,
  ...OWN_FIELDS,
})

export type AnthropicInput = Of<typeof INPUT>
export type AnthropicBlock = Of<(typeof BLOCKS)[keyof typeof BLOCKS]>
export type AnthropicTool = Of<typeof TOOL>
export type AnthropicChoice = NonNullable<AnthropicInput['tool_choice']>
