/** What can be asked of the gateway. */
import type { Operation } from './operation.ts'
import { converse } from './operations/converse.ts'
import { invoke } from './operations/invoke.ts'
import { messages } from './operations/messages.ts'
import { messagesCountTokens } from './operations/messages-count-tokens.ts'
import { models } from './operations/models.ts'
import { notOffered } from './operations/not-offered.ts'

export const OPERATIONS: readonly Operation[] = [invoke, models, converse, messages, messagesCountTokens, ...notOffered]
