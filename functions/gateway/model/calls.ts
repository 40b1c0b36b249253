/** A tenant's models as one request calls them: what is measured on the way goes into its audit line by itself. */

import type { Usage } from '../../../shared/audit-line.ts'
import type { TenantConfiguration } from '../../../shared/tenant.ts'
import type { Progress } from '../audit.ts'
import type { Deadline } from '../deadline.ts'
import { elapsed, type LogRecord, timed } from '../log.ts'
import type { ModelStream } from '../stream.ts'
import { type ConverseAnswer, parseConverseAnswer } from './answer.ts'
import type { ModelCall, ModelClient, StreamOperation, WholeOperation } from './client.ts'
import { type Frame, textOf } from './event-stream.ts'
import type { Batches } from './frames.ts'
import { GUARDRAIL_INTERVENED, guardrailIntervened, withGuardrail } from './guardrail.ts'
import { withRequestMetadata } from './request-metadata.ts'
import { hourIn, noteHeaders, noteTier, servedModelOf, sumOf, usageOf, usageOfInvoke, usageOfMetrics } from './usage.ts'
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

  function call<Operation extends WholeOperation | StreamOperation>(
    operation: Operation,
    modelId: string,
    body: string,
    headers: BedrockHeaders = {},
  ): ModelCall<Operation> {
    const { configuration, deadline, signal } = options
    const own = configuration.guardrail && { ...configuration.guardrail, account: configuration.account }
    const guarded = withGuardrail(operation, modelId, { body, headers }, own)
    const sent = withRequestMetadata(operation, guarded, record)
    progress.pass('model')
    const onAttempt = (attempt: number) => {
      record.attempts = attempt
    }
    const onHeaders: ModelCall<Operation>['onHeaders'] = (given) => noteHeaders(record, given)
    if (operation !== 'count-tokens') noteServed(modelId)
    return { operation, configuration, modelId, ...sent, deadline, signal, onAttempt, onHeaders }
  }

  function noteServed(modelId: string): void {
    const { prices, pricesAsOf } = options.configuration
    record.servedModel = servedModelOf(modelId)
    if (pricesAsOf !== undefined && prices && Object.hasOwn(prices, modelId)) record.priceList = pricesAsOf
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
      noteTier(record, answer.answer.serviceTier?.type)
      return answer
    },
    converseStream: async (model, body) =>
      stream(call('converse-stream', model.id, body), converseEvent, (frame) => noteConverse(frame, record)),
    async invokeModel(model, body, given) {
      const { body: json, headers } = await whole('invoke', model.id, body, given)
      const usage = usageOfInvoke(headers, json)
      // A request may need several calls, as one for each text.
      if (usage) record.usage = sumOf(record.usage, usage)
      if (guardrailIntervened(json)) record.stopReason = GUARDRAIL_INTERVENED
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amzn-bedrock-'))
      return { json, headers: Object.fromEntries(own) as BedrockHeaders, ...(usage && { usage }) }
    },
    async invokeModelStream(model, body, given) {
      const cache = { hour: 0 }
      return await stream(call('invoke-with-response-stream', model.id, body, given), chunkText, (frame) =>
        noteInvoke(frame, record, cache),
      )
    },
    countTokens: async (modelId, body) => (await whole('count-tokens', modelId, body)).body,
  }
}

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
  const { usage: counted, serviceTier } = json(body)
  const usage = usageOf(counted)
  if (usage) record.usage = usage
  noteTier(record, serviceTier?.type)
}

/** Bedrock adds what it counted to the last chunk, whatever the model's own format is. */
function noteInvoke(frame: Frame, record: LogRecord, cache: { hour: number }): void {
  const text = chunkText(frame)
  cache.hour = Math.max(cache.hour, hourIn(text))
  if (guardrailIntervened(text)) record.stopReason = GUARDRAIL_INTERVENED
  if (!text.includes('"amazon-bedrock-invocationMetrics"')) return
  const usage = usageOfMetrics(JSON.parse(text)['amazon-bedrock-invocationMetrics'], cache.hour)
  if (usage) record.usage = usage
}
