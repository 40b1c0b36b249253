/** `InvokeModel` and `InvokeModelWithResponseStream`: body and answer are in the model's own format. */
import type { WireRequest } from '../../../wire/service.ts'
import { isEmbedding, type TextFamily, type TextModel } from '../catalogue.ts'
import { EMBEDDINGS } from '../embeddings/embeddings.ts'
import { eventFrame } from '../event-stream.ts'
import { FAMILIES } from '../families/families.ts'
import { guarded, saidIn } from '../guarding.ts'
import { headerConfig, looksOf } from '../guardrail.ts'
import { collect, type ModelEvent, type Prompt, type Usage, writtenTo } from '../model-backend.ts'
import { checkModel } from '../model-rules.ts'
import type { ModelCall, Operation } from '../operation.ts'
import { respondFrames, respondJson } from '../protocol.ts'
import { invalid } from '../refusals.ts'
import { anthropic } from './anthropic.ts'
import type { AboutAnswer, BodyFormat } from './format.ts'
import { nova } from './nova.ts'
import { titan } from './titan.ts'

const FORMATS: Readonly<Record<TextFamily, BodyFormat>> = { titan, anthropic, nova }

export const invokeModel: Operation = async (call) => {
  const { model } = call.invoked
  if (isEmbedding(model)) {
    // The refusal is documented; its words are not.
    if (headerConfig(call.request)) throw invalid("This model doesn't support guardrails.")
    const { output, inputTokens } = EMBEDDINGS[model.family](call.body(), model, call.requestId)
    call.count({ inputTokens, outputTokens: 0 })
    return respondJson(output, call.requestId, countHeaders({ inputTokens, outputTokens: 0 }, 0))
  }
  const { format, about, events, latencyMs, action } = await begin(call, model, false)
  const done = await collect(events)
  return respondJson({ ...Object(format.write(done, about)), ...action() }, call.requestId, {
    ...countHeaders(done.usage, latencyMs()),
    ...echoedHeaders(call.request),
  })
}

export const invokeModelWithResponseStream: Operation = async (call) => {
  const { model } = call.invoked
  if (isEmbedding(model)) throw invalid('The model is unsupported for streaming.')
  const { format, about, events } = await begin(call, model, true)
  return respondFrames(chunks(format.parts(events, about)), call.requestId, {
    'x-amzn-bedrock-content-type': 'application/json',
    ...echoedHeaders(call.request),
  })
}

/** Reads the conversation in a body whose tokens are to be counted. */
export const readBody = (body: unknown, model: TextModel): Prompt => FORMATS[model.family].read(body, model)

async function begin(call: ModelCall, model: TextModel, streamed: boolean) {
  const { requestId, request } = call
  const format = FORMATS[model.family]
  const prompt = format.read(call.body(), model)
  checkModel(model, prompt)
  FAMILIES[model.family].check(model, prompt, invalid)
  const { looks, own } = await looksOf(call, headerConfig(request), { all: saidIn(prompt) })
  const { events, latencyMs, input, intervened } = guarded(looks, () => call.generate(prompt, streamed))
  const action = () => own && { 'amazon-bedrock-guardrailAction': intervened() ? 'INTERVENED' : 'NONE' }
  const first = { latency: 0 }
  const metrics: AboutAnswer['metrics'] = (usage) => ({
    ...action(),
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: usage.inputTokens,
      outputTokenCount: usage.outputTokens,
      invocationLatency: latencyMs(),
      firstByteLatency: first.latency,
      ...(usage.cacheReadTokens !== undefined && {
        cacheReadInputTokenCount: usage.cacheReadTokens,
        cacheWriteInputTokenCount: writtenTo(usage),
      }),
    },
  })
  const timed = timing(events, () => {
    first.latency = latencyMs()
  })
  return { format, events: timed, latencyMs, action, about: { model, requestId, input, metrics } }
}

async function* timing(events: AsyncIterable<ModelEvent>, began: () => void): AsyncGenerator<ModelEvent> {
  let begun = false
  for await (const event of events) {
    if (!begun) began()
    begun = true
    yield event
  }
}

async function* chunks(parts: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const part of parts)
    yield eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(part)).toString('base64') })
}

const countHeaders = (usage: Usage, latencyMs: number) => ({
  'x-amzn-bedrock-input-token-count': String(usage.inputTokens),
  'x-amzn-bedrock-output-token-count': String(usage.outputTokens),
  'x-amzn-bedrock-invocation-latency': String(latencyMs),
  ...(usage.cacheReadTokens !== undefined && {
    'x-amzn-bedrock-cache-read-input-token-count': String(usage.cacheReadTokens),
    'x-amzn-bedrock-cache-write-input-token-count': String(writtenTo(usage)),
  }),
})

const ECHOED = ['x-amzn-bedrock-performanceconfig-latency', 'x-amzn-bedrock-service-tier']

const echoedHeaders = ({ headers }: WireRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(ECHOED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
