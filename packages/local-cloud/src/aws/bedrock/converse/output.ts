/** What `Converse` and `ConverseStream` answer. */
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

/** What goes with the answer, beside what the model wrote. */
export interface Accompaniment {
  readonly latencyMs: () => number
  /** Fields of the request that are repeated in the answer. */
  readonly echoed: Readonly<Record<string, unknown>>
  /** Values of the model's answer that were asked for. */
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

/** A block of a whole answer. */
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

/** Frames of `ConverseStream`. */
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
  /** Of the last, `metadata`. */
  readonly usage?: Usage
  /** Of `messageStop`. */
  readonly end?: ModelEnd
}

/** The events of a streamed answer. Only a tool's block has a start of its own, as on AWS. */
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
