/**
 * What a request's line says in OpenTelemetry's names, beside the gateway's own, so that whatever reads logs by them finds a model
 * and its tokens. The conventions are in development: https://opentelemetry.io/docs/specs/semconv/gen-ai/aws-bedrock
 * (looked up in December 2026).
 */
import type { GenAi } from '../../shared/audit-line.ts'
import { takesGuardrail } from '../../shared/guardrail.ts'
import type { LogRecord } from './log.ts'

/** @returns nothing for a request that asked no model */
export function genAiOf(record: LogRecord): GenAi | undefined {
  const { servedModel, usage, stopReason, outcome } = record
  if (servedModel === undefined) return undefined
  const { cacheReadInputTokens: read, cacheWriteInputTokens: written } = usage ?? {}
  return {
    'gen_ai.provider.name': 'aws.bedrock',
    // Models that take no guardrail are those that answer with numbers.
    'gen_ai.operation.name': takesGuardrail(servedModel) ? 'chat' : 'embeddings',
    'gen_ai.request.model': servedModel,
    ...(usage && {
      // Theirs is the whole prompt; Bedrock's figure leaves out what the cache had.
      'gen_ai.usage.input_tokens': usage.inputTokens + (read ?? 0) + (written ?? 0),
      'gen_ai.usage.output_tokens': usage.outputTokens,
      ...(read !== undefined && { 'gen_ai.usage.cache_read.input_tokens': read }),
      ...(written !== undefined && { 'gen_ai.usage.cache_creation.input_tokens': written }),
    }),
    ...(stopReason !== undefined && { 'gen_ai.response.finish_reasons': [stopReason] }),
    ...(outcome !== undefined && outcome !== 'ok' && { 'error.type': outcome }),
  }
}
