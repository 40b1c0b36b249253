/** A tenant's models, as one request calls them. Measurements of the calls go into the request's audit line. */

import type { Usage } from '../../../shared/audit-line.ts'
import type { TenantConfiguration } from '../../../shared/tenant-configuration.ts'
import type { Progress } from '../audit.ts'
import type { Deadline } from '../deadline.ts'
import { GatewayError } from '../errors.ts'
import { elapsed, type LogRecord, timed } from '../log.ts'
import { estimateOf, largest } from '../metering/estimate.ts'
import type { Meter } from '../metering/meter.ts'
import type { MeteredCall } from '../metering/metered-call.ts'
import { unambiguous } from '../metering/unambiguous.ts'
import type { ModelStream } from '../stream.ts'
import { type ConverseAnswer, parseConverseAnswer } from './answer.ts'
import type { ModelCall, ModelClient, StreamOperation, WholeOperation } from './client.ts'
import { type Frame, textOf } from './event-stream.ts'
import { baseModelId } from './features.ts'
import type { Batches } from './frames.ts'
import { GUARDRAIL_INTERVENED, guardrailIntervened, withGuardrail } from './guardrail.ts'
import type { Model } from './model.ts'
import { withRequestMetadata } from './request-metadata.ts'
import { hourIn, noteHeaders, noteTier, servedModelOf, sumOf, usageOf, usageOfInvoke, usageOfMetrics } from './usage.ts'
import type { ConverseStreamEvent } from './wire.ts'

/**
 * A body, or a function that makes it for one model of the tenant's list. The function throws a `GatewayError` if the model cannot take the
 * request.
 */
export type BodyFor = string | ((modelId: string) => string)

/** Bodies are Bedrock's own, as JSON text, and are sent unchanged. Everything rejects with a `GatewayError`. */
export interface ModelCalls {
  converse(model: Model, body: BodyFor): Promise<ConverseAnswer>
  /** Resolves when Bedrock's status line has arrived; calls are repeated only before that. */
  converseStream(model: Model, body: BodyFor): Promise<ModelStream<ConverseStreamEvent>>
  /** Called before several calls of `invokeModel`: what they need of the limits is reserved at once. */
  expect(model: Model, bodies: readonly string[]): Promise<void>
  /** The body as the model wrote it. */
  invokeModel(model: Model, body: BodyFor, headers?: BedrockHeaders): Promise<InvokeAnswer>
  /** Each event is the JSON text of one chunk of the model. */
  invokeModelStream(model: Model, body: BodyFor, headers?: BedrockHeaders): Promise<ModelStream<string>>
  /** Bedrock's answer as JSON text. Bedrock counts for foundation models, so for an inference profile the model behind it is asked. */
  countTokens(model: Model, body: string): Promise<string>
  /** The last model of a list that was asked; undefined if the name stands for one model. */
  served(): string | undefined
}

/** Headers `x-amzn-bedrock-…`, sent beside the body of InvokeModel or with its answer. */
export type BedrockHeaders = Readonly<Record<string, string>>

export interface InvokeAnswer {
  readonly json: string
  /** Bedrock's own headers, such as the number of tokens. */
  readonly headers: BedrockHeaders
  /** The usage that Bedrock reported, if any. */
  readonly usage?: Usage
}

export interface ModelCallsOptions {
  readonly client: ModelClient
  readonly configuration: TenantConfiguration
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly record: LogRecord
  readonly progress: Progress
  readonly meter: Meter
  /** Told before each attempt at a model: all of the gateway's own checks are passed. */
  readonly onAsking: () => void
}

export function createModelCalls(options: ModelCallsOptions): ModelCalls {
  const { client, record, progress, meter } = options
  let served: string | undefined

  async function begin<Operation extends WholeOperation | StreamOperation>(
    operation: Operation,
    model: Model,
    bodyFor: BodyFor,
    headers: BedrockHeaders = {},
  ): Promise<{ readonly call: ModelCall<Operation>; readonly metered: MeteredCall }> {
    const { configuration, deadline, signal } = options
    const own = configuration.guardrail && { ...configuration.guardrail, account: configuration.account }
    const clear = (text: string) => (meter.limited ? unambiguous(text) : text)
    const body = clear(typeof bodyFor === 'string' ? bodyFor : bodyFor(model.id))
    const made = (modelId: string) => (typeof bodyFor === 'string' ? body : clear(bodyFor(modelId)))
    const put = (modelId: string, body: string) =>
      withRequestMetadata(operation, withGuardrail(operation, modelId, { body, headers }, own), record)
    const sent = put(model.id, body)
    const others = model.fallbacks?.map((modelId) => ({ modelId, sent: fitting(() => put(modelId, made(modelId))) }))
    progress.pass('model')
    const estimate = () => {
      const { id, fallbacks = [] } = model
      if (typeof bodyFor === 'string') return estimateOf(operation, [id, ...fallbacks], body, headers)
      const ofOther = (modelId: string) =>
        fitting(() => estimateOf(operation, [modelId], made(modelId), headers))() ?? []
      return largest(estimateOf(operation, [id], body, headers), fallbacks.flatMap(ofOther))
    }
    const beginning = () => meter.begin(model, estimate)
    const metered = await (meter.limited ? timed(record, 'limits', beginning) : beginning())
    progress.pass('limit')
    const onAttempt = (attempt: number, modelId: string) => {
      record.attempts = attempt
      if (operation !== 'count-tokens') {
        noteServed(modelId)
        metered.asks(modelId)
        if (others) served = modelId
      }
      options.onAsking()
    }
    const onHeaders: ModelCall<Operation>['onHeaders'] = (given) => noteHeaders(record, given)
    const told = { onAttempt, onHeaders, onSend: metered.sent }
    const { traceparent } = record
    const call = { operation, configuration, modelId: model.id, ...sent, deadline, signal, ...told }
    return { call: { ...call, ...(others && { others }), ...(traceparent && { traceparent }) }, metered }
  }

  function noteServed(modelId: string): void {
    const { prices, pricesAsOf } = options.configuration
    record.servedModel = servedModelOf(modelId)
    if (pricesAsOf !== undefined && prices && Object.hasOwn(prices, modelId)) record.priceList = pricesAsOf
  }

  /** If a call fails before its answer, the failure decides what is charged. */
  async function answered<T>(metered: MeteredCall, work: () => Promise<T>): Promise<T> {
    try {
      const answer = await timed(record, 'model', work)
      progress.pass('account')
      return answer
    } catch (error) {
      metered.failed(error)
      throw error
    }
  }

  async function whole(operation: WholeOperation, model: Model, body: BodyFor, headers?: BedrockHeaders) {
    const { call, metered } = await begin(operation, model, body, headers)
    return { ...(await answered(metered, () => client.whole(call))), metered }
  }

  async function stream<Event>(
    operation: StreamOperation,
    [model, body, headers]: readonly [model: Model, body: BodyFor, headers?: BedrockHeaders | undefined],
    decode: (frame: Frame) => Event,
    note: (frame: Frame) => void,
  ): Promise<ModelStream<Event>> {
    const { call, metered } = await begin(operation, model, body, headers)
    const started = performance.now()
    const batches = await answered(metered, () => client.stream(call))
    const noteAll = (frame: Frame) => {
      note(frame)
      if (record.usage) metered.used(record.usage, record.serviceTier)
    }
    return { decode, batches: noted(batches, record, started, noteAll) }
  }

  return {
    async converse(model, body) {
      const { body: sent, metered } = await whole('converse', model, body)
      const answer = parseConverseAnswer(sent)
      record.usage = answer.usage
      record.stopReason = answer.stopReason
      noteTier(record, answer.answer.serviceTier?.type)
      metered.used(answer.usage, record.serviceTier)
      return answer
    },
    converseStream: (model, body) =>
      stream('converse-stream', [model, body], converseEvent, (frame) => noteConverse(frame, record)),
    expect: (model, bodies) =>
      meter.expect(model, () => bodies.map((body) => estimateOf('invoke', [model.id], body, {}))),
    async invokeModel(model, body, given) {
      const { body: json, headers, metered } = await whole('invoke', model, body, given)
      const usage = usageOfInvoke(headers, json)
      // A request may need several calls, such as one for each text.
      if (usage) {
        record.usage = sumOf(record.usage, usage)
        metered.used(usage, record.serviceTier)
      }
      if (guardrailIntervened(json)) record.stopReason = GUARDRAIL_INTERVENED
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amzn-bedrock-'))
      return { json, headers: Object.fromEntries(own) as BedrockHeaders, ...(usage && { usage }) }
    },
    invokeModelStream(model, body, given) {
      const cache = { hour: 0 }
      return stream('invoke-with-response-stream', [model, body, given], chunkText, (frame) =>
        noteInvoke(frame, record, cache),
      )
    },
    async countTokens(model, body) {
      const asked = { name: model.name, id: baseModelId(model.id) }
      const { body: answer, metered } = await whole('count-tokens', asked, body)
      metered.free()
      return answer
    },
    served: () => served,
  }
}

/** Undefined if the body cannot be made, instead of the error. */
const fitting =
  <Made>(make: () => Made) =>
  (): Made | undefined => {
    try {
      return make()
    } catch (error) {
      if (error instanceof GatewayError) return undefined
      throw error
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

/** Bedrock adds its counts to the last chunk, whatever the model's own format. */
function noteInvoke(frame: Frame, record: LogRecord, cache: { hour: number }): void {
  const text = chunkText(frame)
  cache.hour = Math.max(cache.hour, hourIn(text))
  if (guardrailIntervened(text)) record.stopReason = GUARDRAIL_INTERVENED
  if (!text.includes('"amazon-bedrock-invocationMetrics"')) return
  const usage = usageOfMetrics(JSON.parse(text)['amazon-bedrock-invocationMetrics'], cache.hour)
  if (usage) record.usage = usage
}
