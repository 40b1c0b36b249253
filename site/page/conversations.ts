/** Conversations: in the page's memory, and on this device only if the user asks for it. */
import type { AnswerUsage } from './gateway.ts'
import type { Trouble } from './what-went-wrong.ts'

export interface Question {
  readonly role: 'user'
  readonly text: string
  /** `data:` URLs, as they are sent to the gateway. */
  readonly images: readonly Image[]
}

export interface Image {
  /** `data:image/jpeg;base64,…`; empty if the picture was not kept. */
  readonly url: string
  /** The address in memory with which the page shows the picture. */
  readonly preview: string
  readonly name: string
}

export interface Answer {
  readonly role: 'assistant'
  text: string
  thought: string
  state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'
  /** The tenant's name for the model. */
  readonly model: string
  /** Bedrock's id of the model that answered, if the name stands for several. */
  servedModel?: string
  requestId?: string
  reason?: string
  usage?: AnswerUsage
  trouble?: Trouble
  readonly askedAt: number
  firstTextMilliseconds?: number
  milliseconds?: number
}

export type Message = Question | Answer

export interface Conversation {
  readonly id: string
  title: string
  readonly messages: Message[]
}

export const newConversation = (): Conversation => ({ id: crypto.randomUUID(), title: '', messages: [] })

const TITLE_LENGTH = 60

export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…` : line || 'Image'
}

/** Each person has a key of their own, because several may use one device. */
const keyOf = (subject: string) => `conversations/${subject}`

export const areKept = (subject: string): boolean => localStorage.getItem(keyOf(subject)) !== null

export function readKept(subject: string): readonly Conversation[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(subject)) ?? '[]') as Conversation[]
  } catch {
    return []
  }
}

/**
 * Stores conversations on the device, without pictures, which would fill it. An answer that is still being written is stored when it is
 * complete.
 * @returns false if the device has no room
 */
export function keep(subject: string, conversations: readonly Conversation[]): boolean {
  const kept = conversations
    .filter(({ messages }) => messages.length > 0)
    .map((one) => ({ ...one, messages: one.messages.map(withoutPictures) }))
  try {
    localStorage.setItem(keyOf(subject), JSON.stringify(kept))
    return true
  } catch {
    return false
  }
}

export const forget = (subject: string): void => localStorage.removeItem(keyOf(subject))

function withoutPictures(message: Message): Message {
  if (message.role === 'user')
    return { ...message, images: message.images.map(({ name }) => ({ name, url: '', preview: '' })) }
  const { state } = message
  return { ...message, state: state === 'waiting' || state === 'streaming' ? 'stopped' : state }
}
