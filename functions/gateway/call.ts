/** What an operation gets of a request, and how it makes its answer. */
import { MODEL_NAME } from '../../shared/tenant.ts'
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import type { Progress } from './audit.ts'
import type { Body } from './body.ts'
import type { Deadline } from './deadline.ts'
import { GatewayError } from './errors.ts'
import type { Answer, RequestHeaders } from './http.ts'
import type { LogRecord } from './log.ts'
import type { Meter } from './metering/meter.ts'
import type { CallerUsage } from './metering/usage.ts'
import { createModelCalls } from './model/calls.ts'
import type { ModelClient } from './model/client.ts'
import type { Model } from './model/model.ts'
import type { Call, ComputeKind } from './operation.ts'
import { answer } from './respond.ts'
import type { Shape } from './shapes/shape.ts'
import { encoded, type ModelStream, type Pieces, toAnswerStream, UNTOUCHED } from './stream.ts'

export interface CallOptions {
  readonly requestId: string
  readonly tenant: TenantConfiguration
  readonly compute: ComputeKind
  readonly user: string
  readonly headers: RequestHeaders
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Body
  readonly shape: Shape
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly models: ModelClient
  readonly record: LogRecord
  readonly progress: Progress
  readonly meter: Meter
  readonly usage: () => Promise<CallerUsage>
  /** Called before each attempt at a model. */
  readonly onAsking: () => void
  /** Called when a stream is opened, and again with its result when it has ended. */
  readonly onStream: (stream: 'open' | { readonly error?: unknown }) => void
  /** Turns anything that was thrown into an error for the caller. Never rejects. */
  readonly toError: (thrown: unknown) => GatewayError
}

export function createCall(options: CallOptions): Call {
  const { requestId, tenant, user, headers, path, query, body, deadline, signal, shape, record, progress, meter } =
    options

  function streaming(
    { batches }: ModelStream<unknown>,
    pieces: Pieces,
    more: Readonly<Record<string, string>>,
    failed?: (error: GatewayError) => string,
  ): Answer {
    const { stream } = shape
    if (!stream) throw new Error(`The shape ${shape.name} does not stream.`)
    record.stream = true
    options.onStream('open')
    const sent = toAnswerStream({
      ...pieces,
      batches,
      keepAlive: stream.keepAlive,
      failed: (thrown) => {
        const error = options.toError(thrown)
        return failed?.(error) ?? stream.error(error, requestId)
      },
      ended: (error) => options.onStream({ error }),
    })
    return answer(sent, requestId, {
      ...shape.idHeaders(requestId),
      ...meter.headers(),
      ...servedHeader(),
      'content-type': stream.contentType,
      ...more,
    })
  }

  const models = createModelCalls({
    client: options.models,
    configuration: tenant,
    deadline,
    signal,
    record,
    progress,
    meter,
    onAsking: options.onAsking,
  })

  /** The header with the model that answered, if the name stands for a list. */
  function servedHeader(): Readonly<Record<string, string>> {
    const served = models.served()
    return served === undefined ? {} : { 'x-genai-model': served }
  }

  return {
    requestId,
    tenant,
    user,
    headers,
    path,
    query,
    body,
    deadline,
    signal,
    models,
    model(name) {
      progress.pass('request')
      const model = findModel(name, tenant)
      record.model = model.name
      return model
    },
    usage: options.usage,
    compute: options.compute,
    json: (text, more = {}) =>
      answer(text, requestId, { ...shape.idHeaders(requestId), ...meter.headers(), ...servedHeader(), ...more }),
    stream: (stream, encoder, more = {}) => streaming(stream, encoded(stream.decode, encoder), more, encoder.failed),
    passThrough: (stream, more = {}) => streaming(stream, UNTOUCHED, more),
  }
}

function findModel(
  name: string,
  { models, fallbacks = {}, maxTokens = {} }: Pick<TenantConfiguration, 'models' | 'fallbacks' | 'maxTokens'>,
): Model {
  // Clients that read the provider from a model's id send the Bedrock id.
  const known = Object.hasOwn(models, name) ? name : Object.keys(models).find((other) => models[other] === name)
  const id = known === undefined ? undefined : models[known]
  if (known !== undefined && id !== undefined) {
    const most = Object.hasOwn(maxTokens, known) ? maxTokens[known] : undefined
    const others = Object.hasOwn(fallbacks, known) ? fallbacks[known] : undefined
    return { name: known, id, ...(others && { fallbacks: others }), ...(most !== undefined && { maxTokens: most }) }
  }
  const which = MODEL_NAME.test(name) ? `The model "${name}"` : 'This model'
  throw new GatewayError(
    'model_not_allowed',
    `${which} is not among the tenant's models. Allowed are ${Object.keys(models).sort().slice(0, 20).join(', ')}.`,
    { param: 'model' },
  )
}
