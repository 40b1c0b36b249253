/** `InvokeModel`: the model's own body in, the model's own answer out. */
import { FAMILIES } from '../families/families.ts'
import { collect } from '../model-backend.ts'
import { checkModel } from '../model-rules.ts'
import type { Operation } from '../operation.ts'
import { respondJson } from '../protocol.ts'
import { invalid } from '../refusals.ts'
import { anthropic } from './anthropic.ts'
import type { BodyFormat } from './format.ts'
import { nova } from './nova.ts'
import { titan } from './titan.ts'

const FORMATS: Readonly<Record<keyof typeof FAMILIES, BodyFormat>> = { titan, anthropic, nova }

export const invokeModel: Operation = async ({ invoked: { model }, body, generate, requestId }) => {
  const format = FORMATS[model.family]
  const prompt = format.read(body())
  checkModel(model, prompt)
  if ((prompt.maxTokens ?? 1) > model.maxOutputTokens)
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${model.maxOutputTokens}. Try again with a maximum tokens value that is lower than ${model.maxOutputTokens}.`,
    )
  FAMILIES[model.family].check(model, prompt, invalid)
  const { events, latencyMs } = generate(prompt, false)
  const done = await collect(events)
  return respondJson(format.write(done, model.id, requestId), requestId, {
    'x-amzn-bedrock-input-token-count': String(done.usage.inputTokens),
    'x-amzn-bedrock-output-token-count': String(done.usage.outputTokens),
    'x-amzn-bedrock-invocation-latency': String(latencyMs()),
  })
}
