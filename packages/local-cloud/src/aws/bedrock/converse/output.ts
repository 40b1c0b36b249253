/** What `Converse` and `ConverseStream` answer. */
import { eventFrame } from '../event-stream.ts'
import type { BlockStart, Generated, ModelEnd, ModelEvent, OutputBlock, Usage } from '../model-backend.ts'

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

function contentBlock(block: OutputBlock) {
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

export function usageOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage) {
  const written = Object.entries(cacheWriteTokens ?? {}).map(([ttl, tokens]) => ({ ttl, inputTokens: tokens ?? 0 }))
  const cacheWriteInputTokens = written.reduce((sum, { inputTokens: tokens }) => sum + tokens, 0)
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens + (cacheReadTokens ?? 0) + cacheWriteInputTokens,
    ...(cacheReadTokens !== undefined && {
      ...{ cacheReadInputTokens: cacheReadTokens, cacheWriteInputTokens },
      ...(written.length > 0 && { cacheDetails: written }),
    }),
  }
}

/** Frames of `ConverseStream`. Only a tool's block has a start of its own, as on AWS. */
export async function* converseFrames(
  events: AsyncIterable<ModelEvent>,
  { latencyMs, echoed, additional }: Accompaniment,
): AsyncGenerator<Uint8Array> {
  let contentBlockIndex = 0
  let started = false
  let open: BlockStart['type'] = 'text'
  const delta = (value: unknown) => eventFrame('contentBlockDelta', { contentBlockIndex, delta: value })
  for await (const event of events) {
    if (!started) yield eventFrame('messageStart', { role: 'assistant' })
    started = true
    switch (event.kind) {
      case 'start': {
        const { block } = event
        open = block.type
        if (block.type === 'toolUse')
          yield eventFrame('contentBlockStart', {
            ...{ contentBlockIndex, start: { toolUse: { toolUseId: block.id, name: block.name } } },
          })
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
        yield eventFrame('contentBlockStop', { contentBlockIndex })
        contentBlockIndex++
        break
      case 'end':
        yield eventFrame('messageStop', { stopReason: event.stopReason, ...additional(event) })
        yield eventFrame('metadata', { usage: usageOf(event.usage), metrics: { latencyMs: latencyMs() }, ...echoed })
    }
  }
}

function deltaOf(open: BlockStart['type'], text: string) {
  if (open === 'toolUse') return { toolUse: { input: text } }
  return open === 'reasoning' ? { reasoningContent: { text } } : { text }
}
