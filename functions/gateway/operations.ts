/** The list of the gateway's operations. */
import type { Operation } from './operation.ts'
import { chatCompletions } from './operations/chat-completions.ts'
import { converse } from './operations/converse.ts'
import { converseStream } from './operations/converse-stream.ts'
import { countTokens } from './operations/count-tokens.ts'
import { embeddings } from './operations/embeddings.ts'
import { invoke } from './operations/invoke.ts'
import { invokeModel, invokeModelStream } from './operations/invoke-model.ts'
import { listModels } from './operations/list-models.ts'
import { messages } from './operations/messages.ts'
import { messagesCountTokens } from './operations/messages-count-tokens.ts'
import { models } from './operations/models.ts'
import { notOffered } from './operations/not-offered.ts'
import { responses } from './operations/responses.ts'
import { retrieveModel } from './operations/retrieve-model.ts'
import { usage } from './operations/usage.ts'

export const OPERATIONS: readonly Operation[] = [
  chatCompletions,
  responses,
  embeddings,
  listModels,
  retrieveModel,
  invoke,
  models,
  usage,
  converse,
  converseStream,
  invokeModel,
  invokeModelStream,
  countTokens,
  messages,
  messagesCountTokens,
  ...notOffered,
]
