/**
 * Adds OpenTelemetry's names to a request's line, beside the gateway's own, so that tools which read logs by these names find the model and its
 * tokens. The conventions are in development: https://opentelemetry.io/docs/specs/semconv/gen-ai/aws-bedrock (looked up in December 2026).
 */
import type { GenAi } from '../../shared/audit-line.ts'
import { takesGuardrail } from '../../shared/guardrail.ts'
import type { LogRecord } from './log.ts'

/** @returns undefined for a request that called no model */
export function genAiOf(record: LogRecord): GenAi | undefined {
  const { servedModel, usage, stopReason, outcome } = record
  if (servedModel === undefined) return undefined
  const { cacheReadInputTokens: read, cacheWriteInputTokens: written } = usage ?? {}
  return {
    'gen_ai.provider.name': 'aws.bedrock',
    // Models that accept no guardrail are those that answer with vectors.
    'gen_ai.operation.name': takesGuardrail(servedModel) ? 'chat' : 'embeddings',
    'gen_ai.request.model': servedModel,
    ...(usage && {
      // In OpenTelemetry the number includes the whole prompt; Bedrock's leaves out the tokens of the cache.
      'gen_ai.usage.input_tokens': usage.inputTokens + (read ?? 0) + (written ?? 0),
      'gen_ai.usage.output_tokens': usage.outputTokens,
      ...(read !== undefined && { 'gen_ai.usage.cache_read.input_tokens': read }),
      ...(written !== undefined && { 'gen_ai.usage.cache_creation.input_tokens': written }),
    }),
    ...(stopReason !== undefined && { 'gen_ai.response.finish_reasons': [stopReason] }),
    ...(outcome !== undefined && outcome !== 'ok' && { 'error.type': outcome }),
  }
}
