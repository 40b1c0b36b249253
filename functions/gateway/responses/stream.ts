/** Turns ConverseStream's events into those of the Responses API: each block of the model's message becomes a separate item. */
import type { OpenAI } from 'openai'
import { GatewayError } from '../errors.ts'
import type { ConverseStreamEvent } from '../model/wire.ts'
import { serverSentEvent } from '../shapes/shape.ts'
import type { Encoder } from '../stream.ts'
import {
  ended,
  type Frame,
  functionCall,
  message,
  type OutputItem,
  type ReasoningItem,
  reasoningItem,
  textPart,
  thought,
} from './answer.ts'

type Event = OpenAI.Responses.ResponseStreamEvent
/** An event without its sequence number, which one place adds to all events. */
type Unnumbered = Event extends infer One ? (One extends Event ? Omit<One, 'sequence_number'> : never) : never

interface Open {
  readonly place: number
  text: string
  /** Set if the item is a tool call. */
  readonly call?: { readonly id: string; readonly name: string }
  readonly kind: 'message' | 'call' | 'reasoning'
  signature: string
  readonly redacted: Buffer[]
}

export function responsesStream(frame: Frame): Encoder<ConverseStreamEvent> {
  const open = new Map<number, Open>()
  const output: OutputItem[] = []
  let places = 0
  let number = 0
  let stopReason: string | undefined
  let usage: NonNullable<ConverseStreamEvent['metadata']>['usage']

  const send = (event: Unnumbered & { readonly type: string }): string =>
    serverSentEvent({ ...event, sequence_number: number++ }, event.type)

  function begin(index: number, kind: Open['kind'], call?: Open['call']): string {
    const made: Open = { place: places++, kind, text: '', signature: '', redacted: [], ...(call && { call }) }
    open.set(index, made)
    const at = { output_index: made.place, item_id: idOf(made) }
    if (kind === 'call') {
      const item = { ...functionCall(at.item_id, call?.id ?? '', call?.name ?? '', ''), status: 'in_progress' as const }
      return send({ type: 'response.output_item.added', output_index: made.place, item })
    }
    if (kind === 'reasoning') {
      const item: ReasoningItem = { id: at.item_id, type: 'reasoning', summary: [] }
      const part = { type: 'summary_text' as const, text: '' }
      return (
        send({ type: 'response.output_item.added', output_index: made.place, item }) +
        send({ type: 'response.reasoning_summary_part.added', ...at, summary_index: 0, part })
      )
    }
    const item = { ...message(at.item_id, ''), status: 'in_progress' as const, content: [] }
    return (
      send({ type: 'response.output_item.added', output_index: made.place, item }) +
      send({ type: 'response.content_part.added', ...at, content_index: 0, part: textPart('') })
    )
  }

  const KINDS = { message: 'msg', call: 'fc', reasoning: 'rs' } as const
  const idOf = ({ kind, place }: Open) => frame.itemId(KINDS[kind], place)

  function change({
    contentBlockIndex: index = 0,
    delta,
  }: NonNullable<ConverseStreamEvent['contentBlockDelta']>): string {
    const { text, toolUse, reasoningContent: reasoning } = delta ?? {}
    let begun = ''
    if (!open.has(index)) {
      // Bedrock sends no start event for texts and reasoning; an empty text makes no item.
      if (text === '' || (text === undefined && !reasoning)) {
        if (toolUse) throw invalid('arguments came before their call')
        return ''
      }
      begun = begin(index, reasoning ? 'reasoning' : 'message')
    }
    const into = open.get(index) as Open
    const at = { output_index: into.place, item_id: idOf(into) }
    if (into.kind === 'call') {
      into.text += toolUse?.input ?? ''
      return toolUse?.input ? send({ type: 'response.function_call_arguments.delta', ...at, delta: toolUse.input }) : ''
    }
    if (into.kind === 'message') {
      into.text += text ?? ''
      const more = { ...at, content_index: 0, delta: text ?? '', logprobs: [] }
      return begun + (text ? send({ type: 'response.output_text.delta', ...more }) : '')
    }
    into.signature += reasoning?.signature ?? ''
    if (reasoning?.redactedContent) into.redacted.push(Buffer.from(reasoning.redactedContent, 'base64'))
    into.text += reasoning?.text ?? ''
    return (
      begun +
      (reasoning?.text
        ? send({ type: 'response.reasoning_summary_text.delta', ...at, summary_index: 0, delta: reasoning.text })
        : '')
    )
  }

  function stop(index: number): string {
    const done = open.get(index)
    if (!done) return ''
    open.delete(index)
    const { place, kind, text, call } = done
    const at = { output_index: place, item_id: idOf(done) }
    const finish = (item: OutputItem): string => {
      output[place] = item
      return send({ type: 'response.output_item.done', output_index: place, item })
    }
    if (kind === 'call') {
      // For a tool without parameters, the model sends no input at all.
      const name = call?.name ?? ''
      const whole = text === '' ? '{}' : text
      return (
        (text === '' ? send({ type: 'response.function_call_arguments.delta', ...at, delta: whole }) : '') +
        send({ type: 'response.function_call_arguments.done', ...at, arguments: whole }) +
        finish(functionCall(at.item_id, call?.id ?? '', name, whole))
      )
    }
    if (kind === 'message') {
      return (
        send({ type: 'response.output_text.done', ...at, content_index: 0, text, logprobs: [] }) +
        send({ type: 'response.content_part.done', ...at, content_index: 0, part: textPart(text) }) +
        finish(message(at.item_id, text))
      )
    }
    const redacted = done.redacted.length > 0 ? Buffer.concat(done.redacted).toString('base64') : undefined
    const item = reasoningItem(frame, place, text, thought(text, done.signature, redacted))
    return (
      send({ type: 'response.reasoning_summary_text.done', ...at, summary_index: 0, text }) +
      send({
        type: 'response.reasoning_summary_part.done',
        ...at,
        summary_index: 0,
        part: { type: 'summary_text', text },
      }) +
      finish(item)
    )
  }

  return {
    encode(event) {
      if (event.messageStart) {
        return (
          send({ type: 'response.created', response: frame.begun as OpenAI.Responses.Response }) +
          send({ type: 'response.in_progress', response: frame.begun as OpenAI.Responses.Response })
        )
      }
      if (event.contentBlockStart) {
        const { contentBlockIndex = 0, start } = event.contentBlockStart
        const { toolUseId: id = '', name = '' } = start?.toolUse ?? {}
        return start?.toolUse ? begin(contentBlockIndex, 'call', { id, name }) : ''
      }
      if (event.contentBlockDelta) return change(event.contentBlockDelta)
      if (event.contentBlockStop) return stop(event.contentBlockStop.contentBlockIndex ?? 0)
      if (event.messageStop) {
        stopReason = event.messageStop.stopReason
        return [...open.keys()].map(stop).join('')
      }
      usage = event.metadata?.usage ?? usage
      return ''
    },
    // Bedrock sends the usage after the end of the model's message, and it belongs in the last event.
    end() {
      const response = ended(frame, output, { stopReason, usage } as Parameters<
        typeof ended
      >[2]) as OpenAI.Responses.Response
      return response.status === 'incomplete'
        ? send({ type: 'response.incomplete', response })
        : send({ type: 'response.completed', response })
    },
    // Has both forms: OpenAI's reference documents the first, and its clients read the second.
    failed({ code, message, param = null }) {
      const told = { code, message, param }
      return serverSentEvent(
        { type: 'error', ...told, sequence_number: number++, error: { type: 'server_error', ...told } },
        'error',
      )
    },
  }
}

const invalid = (why: string) =>
  new GatewayError('model_answer_invalid', `The model service sent something that is no stream of Converse: ${why}.`)
