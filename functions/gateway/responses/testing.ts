/** For tests: a request as it is mapped, and the events that the caller gets for events of Bedrock. */
import type { GatewayError } from '../errors.ts'
import type { ConverseStreamEvent } from '../model/wire.ts'
import { HAIKU } from '../openai/testing/chat.ts'
import { frameOf } from './answer.ts'
import { mapResponses, readResponses } from './request.ts'
import type { ResponsesRequest } from './schema.ts'
import { responsesStream } from './stream.ts'

type Fields = Readonly<Record<string, unknown>>

export function read(fields: Fields): ResponsesRequest {
  const text = JSON.stringify({ model: 'm', input: 'Hello', ...fields })
  return readResponses({ text, fields: JSON.parse(text) })
}

export const map = (fields: Fields, model: { readonly id: string } = HAIKU) => mapResponses(read(fields), model)

/** The error of a refused request: its code, its field and its message. */
export function refusal(fields: Fields, model = HAIKU) {
  try {
    map(fields, model)
  } catch (error) {
    const { code, param, message } = error as GatewayError
    return { code, param, message }
  }
  throw new Error('It was not refused.')
}

export const frame = (fields: Fields = {}) => frameOf(read(fields), { requestId: 'a-b', model: 'm', now: 1_000 })

export function events(sent: readonly ConverseStreamEvent[], fields: Fields = {}) {
  const encoder = responsesStream(frame(fields))
  const text = sent.map((event) => encoder.encode(event)).join('') + encoder.end()
  return text
    .split('\n\n')
    .filter((one) => one !== '')
    .map((one) => {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(one) ?? []
      const event = JSON.parse(data ?? '')
      if (event.type !== name) throw new Error(`${name} is not ${event.type}`)
      return event
    })
}
