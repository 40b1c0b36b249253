import type { Refusals } from '../../../wire/protocol/shape.ts'
import type { Block, Generated, Message, Prompt } from '../model-backend.ts'
import { malformed } from '../refusals.ts'

/** What `InvokeModel` takes and answers is the model's own. */
export interface BodyFormat {
  readonly read: (body: unknown) => Prompt
  readonly write: (answer: Generated, modelId: string, requestId: string) => unknown
}

export const MALFORMED: Refusals = { serialization: malformed, validation: malformed }

/** Messages of texts. */
export const textMessages = (
  messages: readonly { readonly role: Message['role']; readonly content: readonly { readonly text: string }[] }[],
): readonly Message[] => messages.map(({ role, content }) => ({ role, content: textBlocks(content) }))

export const textBlocks = (texts: readonly { readonly text: string }[]): readonly Block[] =>
  texts.map(({ text }) => ({ type: 'text', text }))
