/** Builds a request from a conversation: all its text, and as many of its pictures as the gateway accepts. */
import type { Answer, Conversation, Message } from './conversations.ts'
import type { ChatMessage, Content } from './gateway.ts'

/** The limit that the page uses: a function's callers may send 1 MB, and the rest is for the JSON around the messages. */
export const MOST_BYTES = 1_000_000

const LEFT_OUT = '(an image that was sent before is left out here)'

/** Leaves out pictures that do not fit, the oldest first, but never text. */
export function messagesOf({ messages }: Pick<Conversation, 'messages'>): readonly ChatMessage[] {
  let room = MOST_BYTES - messages.reduce((sum, message) => sum + message.text.length * 2 + 64, 0)
  const sent: ChatMessage[] = []
  for (const message of messages.toReversed()) {
    const contents = contentsOf(message, (bytes) => {
      if (bytes > room) return false
      room -= bytes
      return true
    })
    if (contents) sent.push({ role: message.role, content: contents })
  }
  return sent.toReversed()
}

/** Every model would refuse an answer without text. */
function contentsOf(message: Message, fits: (bytes: number) => boolean): ChatMessage['content'] | undefined {
  if (message.role === 'assistant') return isSaid(message) ? message.text : undefined
  if (message.images.length === 0) return message.text
  const images = message.images.map(
    ({ url }): Content =>
      url !== '' && fits(url.length) ? { type: 'image_url', image_url: { url } } : { type: 'text', text: LEFT_OUT },
  )
  return message.text === '' ? images : [...images, { type: 'text', text: message.text }]
}

const isSaid = ({ text }: Answer) => text.trim() !== ''
