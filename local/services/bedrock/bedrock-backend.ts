/** Real Bedrock, with the credentials of the user's own shell: the local cloud's checks first, then AWS's answer and bill. */
import { BedrockRuntimeClient, BedrockRuntimeServiceException, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { AwsError } from '../../errors.ts'
import type { Generated, ModelBackend } from './model-backend.ts'

export interface BedrockModelsOptions {
  readonly region: string
  /** AWS profile of the user's machine. @default the SDK's own chain */
  readonly profile?: string
}

export function bedrockModels(options: BedrockModelsOptions): ModelBackend {
  const client = new BedrockRuntimeClient(options)
  return {
    async generate({
      invokedId,
      system,
      messages,
      maxTokens,
      temperature,
      topP,
      stopSequences,
      signal,
    }): Promise<Generated> {
      const command = new ConverseCommand({
        modelId: invokedId,
        messages: messages.map(({ role, text }) => ({ role, content: [{ text }] })),
        ...(system !== '' && { system: [{ text: system }] }),
        inferenceConfig: {
          maxTokens,
          ...(temperature !== undefined && { temperature }),
          ...(topP !== undefined && { topP }),
          ...(stopSequences.length > 0 && { stopSequences: [...stopSequences] }),
        },
      })
      const { output, stopReason, usage } = await client.send(command, { abortSignal: signal }).catch(rethrow)
      return {
        text: output?.message?.content?.map(({ text }) => text ?? '').join('') ?? '',
        stopReason: stopReason === 'max_tokens' || stopReason === 'stop_sequence' ? stopReason : 'end_turn',
        inputTokens: usage?.inputTokens ?? 0,
        outputTokens: usage?.outputTokens ?? 0,
      }
    },
  }
}

function rethrow(error: unknown): never {
  if (error instanceof BedrockRuntimeServiceException)
    throw new AwsError(error.name, error.message, error.$metadata.httpStatusCode ?? 500)
  throw error
}
