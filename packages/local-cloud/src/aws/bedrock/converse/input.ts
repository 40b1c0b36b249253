/** The inputs of `Converse`, `ConverseStream` and `CountTokens`, after AWS's model of the API (client-bedrock-runtime 3.1164). */
import {
  blob,
  boolean,
  document,
  float,
  integer,
  list,
  map,
  type Of,
  object,
  oneOf,
  required,
  structure,
  text,
  union,
  unsupported,
} from '../../../wire/protocol/shape.ts'

const BYTES = union('Source', { bytes: blob, s3Location: unsupported })
export const CACHE_POINT = structure({ type: required(oneOf('default')), ttl: oneOf('5m', '1h') })

const IMAGE = structure({ format: required(oneOf('png', 'jpeg', 'gif', 'webp')), source: required(BYTES) })
const DOCUMENT_FORMATS = oneOf('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md')
const DOCUMENT = structure({
  format: DOCUMENT_FORMATS,
  name: required(text({ min: 1, max: 200 })),
  // Text as a source is for citations, which the stand-in does not have.
  source: required(
    union('DocumentSource', { bytes: blob, s3Location: unsupported, text: unsupported, content: unsupported }),
  ),
  context: text(),
  citations: unsupported,
})
const GUARDED = union('GuardrailConverseContentBlock', {
  text: structure({
    text: required(text()),
    qualifiers: list(oneOf('grounding_source', 'query', 'guard_content')),
  }),
  image: unsupported,
})

const TOOL_USE_ID = text({ min: 1, max: 64, pattern: /^[a-zA-Z0-9_.:-]+$/ })
const TOOL_NAME = text({ min: 1, max: 64, pattern: /^[a-zA-Z0-9_-]+$/ })
const TOOL_RESULT_CONTENT = union('ToolResultContentBlock', {
  text: text(),
  json: document,
  image: IMAGE,
  document: DOCUMENT,
  video: unsupported,
  searchResult: unsupported,
})

const CONTENT = union('ContentBlock', {
  text: text(),
  image: IMAGE,
  toolUse: structure({
    toolUseId: required(TOOL_USE_ID),
    name: required(TOOL_NAME),
    input: required(document),
    type: unsupported,
  }),
  toolResult: structure({
    toolUseId: required(TOOL_USE_ID),
    content: required(list(TOOL_RESULT_CONTENT)),
    status: oneOf('success', 'error'),
    type: unsupported,
  }),
  document: DOCUMENT,
  video: unsupported,
  audio: unsupported,
  cachePoint: CACHE_POINT,
  guardContent: GUARDED,
  reasoningContent: union('ReasoningContentBlock', {
    reasoningText: structure({ text: required(text()), signature: text() }),
    redactedContent: blob,
  }),
  citationsContent: unsupported,
  searchResult: unsupported,
  toolAddition: unsupported,
  toolRemoval: unsupported,
})

const MESSAGE = structure({ role: required(oneOf('user', 'assistant')), content: required(list(CONTENT)) })

const TOOL = union('Tool', {
  toolSpec: structure({
    name: required(TOOL_NAME),
    description: text({ min: 1 }),
    inputSchema: required(union('ToolInputSchema', { json: object })),
    strict: boolean,
  }),
  systemTool: unsupported,
  cachePoint: CACHE_POINT,
})

/** `CountTokens` takes these members too. */
export const CONVERSATION = {
  messages: list(MESSAGE),
  system: list(union('SystemContentBlock', { text: text({ min: 1 }), guardContent: GUARDED, cachePoint: CACHE_POINT })),
  toolConfig: structure({
    tools: required(list(TOOL, { min: 1 })),
    toolChoice: union('ToolChoice', {
      auto: structure({}),
      any: structure({}),
      tool: structure({ name: required(TOOL_NAME) }),
    }),
  }),
  additionalModelRequestFields: object,
}

export const COUNTED = structure(CONVERSATION)

const METADATA = /^[a-zA-Z0-9\s:_@$#=/+,\-.]{0,256}$/

export const INPUT = structure({
  ...CONVERSATION,
  inferenceConfig: structure({
    maxTokens: integer({ min: 1 }),
    temperature: float({ min: 0, max: 1 }),
    topP: float({ min: 0, max: 1 }),
    stopSequences: list(text({ min: 1 }), { max: 2500 }),
  }),
  guardrailConfig: structure({
    guardrailIdentifier: text({ max: 2048 }),
    guardrailVersion: text({ pattern: /^(|([1-9][0-9]{0,7})|(DRAFT))$/ }),
    trace: oneOf('enabled', 'disabled', 'enabled_full'),
    streamProcessingMode: oneOf('sync', 'async'),
  }),
  projectIdentifier: unsupported,
  promptVariables: unsupported,
  additionalModelResponseFieldPaths: list(text({ min: 1, max: 256 }), { max: 10 }),
  requestMetadata: map(text({ max: 256, pattern: METADATA }), { min: 1, max: 16 }),
  performanceConfig: structure({ latency: oneOf('standard', 'optimized') }),
  serviceTier: structure({ type: required(oneOf('priority', 'default', 'flex', 'reserved')) }),
  outputConfig: structure({
    textFormat: structure({
      type: required(oneOf('json_schema')),
      structure: required(
        union('OutputFormatStructure', {
          jsonSchema: structure({ schema: required(text()), name: text(), description: text() }),
        }),
      ),
    }),
    effort: unsupported,
  }),
})

export type ConverseInput = Of<typeof INPUT>
export type CountedInput = Of<typeof COUNTED>
export type ContentBlock = Of<typeof CONTENT>
export type MessageInput = Of<typeof MESSAGE>
