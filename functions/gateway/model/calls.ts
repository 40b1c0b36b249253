/** A tenant's models as one request calls them: what is measured on the way goes into its audit line by itself. */

import type { Usage } from '../../../shared/audit-line.ts'
import type { TenantConfiguration } from '../../../shared/tenant.ts'
import type { Progress } from '../audit.ts'
import type { Deadline } from '../deadline.ts'
import { elapsed, type LogRecord, timed } from '../log.ts'
import type { ModelStream } from '../stream.ts'
import { type ConverseAnswer, parseConverseAnswer, usageOf } from './answer.ts'
import type { ModelCall, ModelClient, StreamOperation, WholeOperation } from './client.ts'
import { type Frame, textOf } from './event-stream.ts'
import type { Batches } from './frames.ts'
import type { ConverseStreamEvent } from './wire.ts'

export interface Model {
  /** The tenant's name for it. */
  readonly name: string
  /** Bedrock's id of a model or inference profile. */
  readonly id: string
  /** The tenant's own default for the tokens of an answer. */
  readonly maxTokens?: number
}

/** Bodies are Bedrock's own, as JSON text, and go out as they are. Everything rejects with a `GatewayError`. */
export interface ModelCalls {
  converse(model: Model, body: string): Promise<ConverseAnswer>
  /** Once Bedrock's status line is there; retries are before it only. */
  converseStream(model: Model, body: string): Promise<ModelStream<ConverseStreamEvent>>
  /** The body as the model wrote it. */
  invokeModel(model: Model, body: string, headers?: BedrockHeaders): Promise<InvokeAnswer>
  /** Each event is the JSON text of one chunk of the model. */
  invokeModelStream(model: Model, body: string, headers?: BedrockHeaders): Promise<ModelStream<string>>
  /** Bedrock's answer as JSON text. It takes the id of a base model, never of an inference profile. */
  countTokens(modelId: string, body: string): Promise<string>
}

/** Sent beside the body of InvokeModel, or with its answer: `x-amzn-bedrock-…`. */
export type BedrockHeaders = Readonly<Record<string, string>>

export interface InvokeAnswer {
  readonly json: string
  /** Bedrock's own, such as the tokens that it counted. */
  readonly headers: BedrockHeaders
  /** As Bedrock counted it, if it said so. */
  readonly usage?: Usage
}

export interface ModelCallsOptions {
  readonly client: ModelClient
  readonly configuration: TenantConfiguration
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly record: LogRecord
  readonly progress: Progress
}

export function createModelCalls(options: ModelCallsOptions): ModelCalls {
  const { client, record, progress } = options

  function call<Operation>(
    operation: Operation,
    modelId: string,
    body: string,
    headers: BedrockHeaders = {},
  ): ModelCall<Operation> {
    progress.pass('model')
    const onAttempt = (attempt: number) => {
      record.attempts = attempt
    }
    const { configuration, deadline, signal } = options
    return { operation, configuration, modelId, body, headers, deadline, signal, onAttempt }
  }

  async function whole(operation: WholeOperation, modelId: string, body: string, headers?: BedrockHeaders) {
    const answer = await timed(record, 'model', () => client.whole(call(operation, modelId, body, headers)))
    progress.pass('account')
    return answer
  }

  async function stream<Event>(
    sent: ModelCall<StreamOperation>,
    decode: (frame: Frame) => Event,
    note: (frame: Frame) => void,
  ): Promise<ModelStream<Event>> {
    const started = performance.now()
    const batches = await timed(record, 'model', () => client.stream(sent))
    progress.pass('account')
    return { decode, batches: noted(batches, record, started, note) }
  }

  return {
    async converse(model, body) {
      const answer = parseConverseAnswer((await whole('converse', model.id, body)).body)
      record.usage = answer.usage
      record.stopReason = answer.stopReason
      return answer
    },
    converseStream: (model, body) =>
      stream(call('converse-stream', model.id, body), converseEvent, (frame) => noteConverse(frame, record)),
    async invokeModel(model, body, given) {
      const { body: json, headers } = await whole('invoke', model.id, body, given)
      const usage = usageOf({
        inputTokens: Number(headers['x-amzn-bedrock-input-token-count']),
        outputTokens: Number(headers['x-amzn-bedrock-output-token-count']),
      })
      // A request may need several calls, as one for each text.
      if (usage) record.usage = sum(record.usage, usage)
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amzn-bedrock-'))
      return { json, headers: Object.fromEntries(own) as BedrockHeaders, ...(usage && { usage }) }
    },
    invokeModelStream: (model, body, given) =>
      stream(call('invoke-with-response-stream', model.id, body, given), chunkText, (frame) =>
        noteInvoke(frame, record),
      ),
    countTokens: async (modelId, body) => (await whole('count-tokens', modelId, body)).body,
  }
}

const sum = (one: Usage | undefined, other: Usage): Usage =>
  one
    ? {
        inputTokens: one.inputTokens + other.inputTokens,
        outputTokens: one.outputTokens + other.outputTokens,
        totalTokens: one.totalTokens + other.totalTokens,
      }
    : other

function noted(batches: Batches, record: LogRecord, started: number, note: (frame: Frame) => void): Batches {
  record.usageIncomplete = true
  const over = () => {
    record.milliseconds.model = elapsed(started)
  }
  return {
    async next() {
      try {
        const batch = await batches.next()
        if (batch.done) {
          if (record.usage) delete record.usageIncomplete
          over()
        } else {
          record.milliseconds.first ??= elapsed(started)
          for (const frame of batch.value) note(frame)
        }
        return batch
      } catch (error) {
        over()
        throw error
      }
    },
    return() {
      over()
      batches.return()
    },
  }
}

const json = (bytes: Uint8Array) => JSON.parse(textOf(bytes))

const converseEvent = ({ type, body }: Frame): ConverseStreamEvent => ({ [type]: json(body) }) as ConverseStreamEvent

const chunkText = ({ body }: Frame): string => Buffer.from(json(body).bytes ?? '', 'base64').toString()

function noteConverse({ type, body }: Frame, record: LogRecord): void {
  if (type === 'messageStop') record.stopReason = `${json(body).stopReason}`
  if (type !== 'metadata') return
  const usage = usageOf(json(body).usage)
  if (usage) record.usage = usage
}

/** Bedrock adds what it counted to the last chunk, whatever the model's own format is. */
function noteInvoke(frame: Frame, record: LogRecord): void {
  const text = chunkText(frame)
  if (!text.includes('"amazon-bedrock-invocationMetrics"')) return
  const metrics = JSON.parse(text)['amazon-bedrock-invocationMetrics']
  const usage = usageOf({ inputTokens: metrics?.inputTokenCount, outputTokens: metrics?.outputTokenCount })
  if (usage) record.usage = usage
}
