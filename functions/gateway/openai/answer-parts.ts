/** Parts of an answer that are the same for whole answers and for streams. */
import type { OpenAI } from 'openai'
import { GatewayError } from '../errors.ts'
import type { ConverseResponse } from '../model/wire.ts'

export interface AnswerOptions {
  readonly requestId: string
  /** The model as the caller named it. */
  readonly model: string
  /** Epoch milliseconds. */
  readonly now: number
}

export interface AnswerHead {
  readonly id: string
  readonly created: number
  readonly model: string
}

export const answerHead = ({ requestId, model, now }: AnswerOptions): AnswerHead => ({
  id: `chatcmpl-${requestId}`,
  created: Math.floor(now / 1000),
  model,
})

/** LiteLLM's form of reasoning that a client must send back unchanged. OpenAI's API has none. */
export type ThinkingBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }

type FinishReason = OpenAI.Chat.Completions.ChatCompletion.Choice['finish_reason']

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
}

/** @throws GatewayError if the model's output is not a usable answer: the caller must not treat it as a whole one */
export function finishReason(stopReason: string | undefined, calls: number): FinishReason {
  if (stopReason === 'malformed_model_output' || stopReason === 'malformed_tool_use') {
    throw new GatewayError(
      'model_error',
      'The model wrote something that is no valid answer. Try again, with a lower temperature or a simpler tool schema.',
    )
  }
  const reason = FINISH[stopReason ?? ''] ?? 'stop'
  // Some models give another stop reason together with their calls; a client that relies on the reason would not run the calls.
  return reason === 'stop' && calls > 0 ? 'tool_calls' : reason
}

/** Bedrock counts tokens of the cache separately; OpenAI's prompt tokens include them. */
export function usageOf(usage: ConverseResponse['usage']): OpenAI.CompletionUsage | undefined {
  if (!usage) return undefined
  const {
    inputTokens = 0,
    outputTokens = 0,
    cacheReadInputTokens: read = 0,
    cacheWriteInputTokens: written = 0,
  } = usage
  const prompt = inputTokens + read + written
  return {
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    prompt_tokens_details: { cached_tokens: read, cache_write_tokens: written },
  }
}
