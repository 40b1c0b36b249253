/** The outputs of `Converse` and `ConverseStream`. */
import { eventFrame } from '../event-stream.ts'
import {
  type BlockStart,
  type Generated,
  type ModelEnd,
  type ModelEvent,
  type OutputBlock,
  type Usage,
  writtenTo,
} from '../model-backend.ts'

/** What an answer has besides the model's words. */
export interface Accompaniment {
  readonly latencyMs: () => number
  /** Fields of the request that are repeated in the answer. */
  readonly echoed: Readonly<Record<string, unknown>>
  /** The values of the model's answer that the request asked for. */
  readonly additional: (end: Pick<ModelEnd, 'stopSequence'>) => Readonly<Record<string, unknown>>
}

export function converseOutput(answer: Generated, { latencyMs, echoed, additional }: Accompaniment) {
  const { content, stopReason, usage } = answer
  return {
    output: { message: { role: 'assistant', content: content.map(contentBlock) } },
    stopReason,
    usage: usageOf(usage),
    metrics: { latencyMs: latencyMs() },
    ...additional(answer),
    ...echoed,
  }
}

/** A content block of an answer that is sent whole. */
export function contentBlock(block: OutputBlock) {
  switch (block.type) {
    case 'text':
      return { text: block.text }
    case 'toolUse':
      return { toolUse: { toolUseId: block.id, name: block.name, input: block.input } }
    case 'reasoning':
      return {
        reasoningContent: {
          reasoningText: { text: block.text, ...(block.signature !== undefined && { signature: block.signature }) },
        },
      }
    case 'redacted':
      return { reasoningContent: { redactedContent: block.data } }
  }
}

export function usageOf(usage: Usage) {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens = {} } = usage
  const written = Object.entries(cacheWriteTokens).map(([ttl, tokens]) => ({ ttl, inputTokens: tokens ?? 0 }))
  const cacheWriteInputTokens = writtenTo(usage)
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens + (cacheReadTokens ?? 0) + cacheWriteInputTokens,
    ...(cacheReadTokens !== undefined && {
      cacheReadInputTokens: cacheReadTokens,
      cacheWriteInputTokens,
      ...(written.length > 0 && { cacheDetails: written }),
    }),
  }
}

/** The frames of a `ConverseStream`. */
export async function* converseFrames(
  events: AsyncIterable<ModelEvent>,
  { latencyMs, echoed, additional }: Accompaniment,
): AsyncGenerator<Uint8Array> {
  for await (const { type, payload, usage, end } of converseParts(events)) {
    const more = {
      ...(usage && { metrics: { latencyMs: latencyMs() }, ...echoed }),
      ...(end && additional(end)),
    }
    yield eventFrame(type, { ...payload, ...more })
  }
}

interface Part {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
  /** On the last event, `metadata`, only. */
  readonly usage?: Usage
  /** On `messageStop` only. */
  readonly end?: ModelEnd
}

/** The events of a streamed answer. As on AWS, only the block of a tool call has a start event. */
export async function* converseParts(events: AsyncIterable<ModelEvent>): AsyncGenerator<Part> {
  let contentBlockIndex = 0
  let started = false
  let open: BlockStart['type'] = 'text'
  const delta = (value: unknown): Part => ({
    type: 'contentBlockDelta',
    payload: { contentBlockIndex, delta: value },
  })
  for await (const event of events) {
    if (!started) yield { type: 'messageStart', payload: { role: 'assistant' } }
    started = true
    switch (event.kind) {
      case 'start': {
        const { block } = event
        open = block.type
        if (block.type === 'toolUse') {
          const start = { toolUse: { toolUseId: block.id, name: block.name } }
          yield { type: 'contentBlockStart', payload: { contentBlockIndex, start } }
        }
        if (block.type === 'redacted') yield delta({ reasoningContent: { redactedContent: block.data } })
        break
      }
      case 'delta':
        yield delta(deltaOf(open, event.text))
        break
      case 'signature':
        yield delta({ reasoningContent: { signature: event.signature } })
        break
      case 'stop':
        yield { type: 'contentBlockStop', payload: { contentBlockIndex } }
        contentBlockIndex++
        break
      case 'end':
        yield { type: 'messageStop', payload: { stopReason: event.stopReason }, end: event }
        yield { type: 'metadata', payload: { usage: usageOf(event.usage) }, usage: event.usage }
    }
  }
}

function deltaOf(open: BlockStart['type'], text: string) {
  if (open === 'toolUse') return { toolUse: { input: text } }
  return open === 'reasoning' ? { reasoningContent: { text } } : { text }
}
