/** An answer of the Responses API: the object around it, and the contents from Converse's answer. */
import type { OpenAI } from 'openai'
import type { ConverseResponse, WireContentBlock } from '../model/wire.ts'
import { type AnswerOptions, finishReason, usageOf } from '../openai/answer-parts.ts'
import { sealed, type Thought } from './reasoning.ts'
import type { ResponsesRequest } from './schema.ts'

/** The answer without the fields that OpenAI's clients add by themselves. */
export type Response = Omit<OpenAI.Responses.Response, 'output_text'>
export type OutputItem = OpenAI.Responses.ResponseOutputItem
type Message = OpenAI.Responses.ResponseOutputMessage
type FunctionCall = OpenAI.Responses.ResponseFunctionToolCall
export type ReasoningItem = OpenAI.Responses.ResponseReasoningItem
export type TextPart = OpenAI.Responses.ResponseOutputText

export interface Frame {
  /** The fields that are the same in every event of a stream and in a whole answer. */
  readonly begun: Response
  /** Ids of the answer's items differ by their place. */
  itemId(kind: 'msg' | 'fc' | 'rs', place: number): string
  /** Whether the caller asks for the encrypted reasoning, which it can send back with the next request. */
  readonly seals: boolean
}

export function frameOf(request: ResponsesRequest, { requestId, model, now }: AnswerOptions): Frame {
  return {
    seals: request.include?.includes('reasoning.encrypted_content') === true,
    itemId: (kind, place) => `${kind}_${requestId.replaceAll('-', '')}${place}`,
    begun: {
      id: `resp_${requestId.replaceAll('-', '')}`,
      object: 'response',
      created_at: Math.floor(now / 1000),
      status: 'in_progress',
      access_programs: null,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: request.instructions ?? null,
      max_output_tokens: request.max_output_tokens ?? null,
      metadata: {},
      model,
      output: [],
      parallel_tool_calls: request.parallel_tool_calls ?? true,
      previous_response_id: null,
      reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
      service_tier: 'default',
      temperature: request.temperature ?? null,
      text: { format: (request.text?.format ?? { type: 'text' }) as OpenAI.Responses.ResponseFormatTextConfig },
      tool_choice: (request.tool_choice ?? 'auto') as Response['tool_choice'],
      tools: (request.tools ?? []) as Response['tools'],
      top_p: request.top_p ?? null,
      truncation: 'disabled',
    },
  }
}

/** @throws GatewayError if the model's output is not a usable answer */
export function ended(
  { begun }: Frame,
  output: readonly OutputItem[],
  { stopReason, usage }: Pick<ConverseResponse, 'stopReason' | 'usage'>,
): Response {
  const calls = output.filter(({ type }) => type === 'function_call').length
  const finish = finishReason(stopReason, calls)
  const reason = finish === 'length' ? 'max_output_tokens' : finish === 'content_filter' ? finish : undefined
  const counted = usageOf(usage)
  return {
    ...begun,
    status: reason ? 'incomplete' : 'completed',
    incomplete_details: reason ? { reason } : null,
    output: [...output],
    ...(counted && {
      usage: {
        input_tokens: counted.prompt_tokens,
        input_tokens_details: {
          cached_tokens: usage?.cacheReadInputTokens ?? 0,
          cache_write_tokens: usage?.cacheWriteInputTokens ?? 0,
        },
        output_tokens: counted.completion_tokens,
        // Bedrock does not count reasoning separately.
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: counted.total_tokens,
      },
    }),
  }
}

/** @param answer parsed so that long numbers keep all their digits, because a tool's arguments may contain them */
export function wholeResponse(answer: ConverseResponse, frame: Frame): Response {
  const content = answer.output?.message?.content ?? []
  const items = content.map((block, place) => itemOf(block, place, frame)).filter((item) => item !== undefined)
  return ended(frame, items, answer)
}

function itemOf(block: WireContentBlock, place: number, frame: Frame): OutputItem | undefined {
  if (block.toolUse) {
    const { toolUseId = '', name = '', input = {} } = block.toolUse
    return functionCall(frame.itemId('fc', place), toolUseId, name, JSON.stringify(input))
  }
  if (block.reasoningContent) {
    const { reasoningText, redactedContent } = block.reasoningContent
    const { text = '', signature } = reasoningText ?? {}
    return reasoningItem(frame, place, text, thought(text, signature, redactedContent))
  }
  const text = block.text ?? (block.citationsContent?.content ?? []).map((one) => one.text ?? '').join('')
  return text === '' ? undefined : message(frame.itemId('msg', place), text)
}

export const textPart = (text: string): TextPart => ({ type: 'output_text', text, annotations: [], logprobs: [] })

export const message = (id: string, text: string): Message => ({
  id,
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [textPart(text)],
})

export const functionCall = (id: string, callId: string, name: string, text: string): FunctionCall => ({
  id,
  type: 'function_call',
  status: 'completed',
  call_id: callId,
  name,
  arguments: text,
})

/** Reasoning that must be sent back unchanged, if there is any. */
export function thought(text: string, signature: string | undefined, redacted?: string): Thought | undefined {
  if (redacted) return { type: 'redacted_thinking', data: redacted }
  return signature ? { type: 'thinking', thinking: text, signature } : undefined
}

export const reasoningItem = (
  frame: Frame,
  place: number,
  text: string,
  signed: Thought | undefined,
): ReasoningItem => ({
  id: frame.itemId('rs', place),
  type: 'reasoning',
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  ...(frame.seals && signed && { encrypted_content: sealed([signed]) }),
})
