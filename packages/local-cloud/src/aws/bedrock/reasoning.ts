/**
 * A model's thinking, and the signature by which the model recognises it. If a gateway loses or changes either of them, the next turn is
 * refused, as by real models.
 */
import { createHmac } from 'node:crypto'

/** This is no secret: a stand-in needs none. A signature only has to differ from one that somebody makes up. */
const KEY = 'the stand-in of the local cloud'

/** Anthropic's documented prompt that makes a model return redacted thinking. */
export const REDACTING_PROMPT =
  'ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB'

export const signatureOf = (thinking: string): string => createHmac('sha256', KEY).update(thinking).digest('base64')

/** The signature and the thinking, in Base64. */
export const redactedOf = (thinking: string): string =>
  Buffer.from(`${signatureOf(thinking)} ${thinking}`).toString('base64')

export function isRedacted(data: string): boolean {
  const [seal, ...words] = Buffer.from(data, 'base64').toString('utf8').split(' ')
  return seal === signatureOf(words.join(' '))
}
