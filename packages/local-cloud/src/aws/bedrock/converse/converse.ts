/** `Converse` and `ConverseStream`: one conversation, one answer, whole or as it is made. */
import { read, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { type FoundationModel, isEmbedding, type TextModel } from '../catalogue.ts'
import { FAMILIES } from '../families/families.ts'
import { guarded, saidIn } from '../guarding.ts'
import { looksOf } from '../guardrail.ts'
import { collect, type ModelEnd, type Prompt } from '../model-backend.ts'
import { checkModel } from '../model-rules.ts'
import type { ModelCall, Operation } from '../operation.ts'
import { respondFrames, respondJson } from '../protocol.ts'
import { invalid, modelError } from '../refusals.ts'
import { COUNTED, type ConverseInput, type CountedInput, INPUT } from './input.ts'
import { type Accompaniment, converseFrames, converseOutput } from './output.ts'
import { conversationOf, promptOf } from './read.ts'
import { checkConversation } from './rules.ts'

export const converse: Operation = async (call) => {
  const { events, accompaniment } = await begin(call, false)
  return respondJson(converseOutput(await collect(events), accompaniment), call.requestId)
}

export const converseStream: Operation = async (call) => {
  const { events, accompaniment } = await begin(call, true)
  return respondFrames(converseFrames(events, accompaniment), call.requestId)
}

/** Reads a conversation whose tokens are to be counted, with the same checks. */
export function readCounted(body: unknown, model: TextModel): Prompt {
  const input: CountedInput = read(COUNTED, body, VALIDATION_EXCEPTIONS)
  checkConversation(input)
  return withFields(conversationOf(input), input, model)
}

async function begin(call: ModelCall, streamed: boolean) {
  const { model } = call.invoked
  if (isEmbedding(model))
    throw invalid(
      "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    )
  const input: ConverseInput = read(INPUT, call.body(), VALIDATION_EXCEPTIONS)
  checkConversation(input)
  const prompt = withFields(promptOf(input), input, model)
  checkModel(model, prompt)
  checkLimit(model, prompt)
  FAMILIES[model.family].check(model, prompt, modelError)
  checkLatency(model, input)
  const { looks } = await looksOf(call, input.guardrailConfig, { all: saidIn(prompt), marked: marked(input) })
  const { events, latencyMs } = guarded(looks, () => call.generate(prompt, streamed))
  return { events, accompaniment: { latencyMs, echoed: echoedOf(input), additional: additionalOf(input) } }
}

/** The texts that the caller has marked for the guardrail. If the messages have any mark, the guardrail looks at nothing else in them. */
function marked({ messages = [] }: ConverseInput): string | undefined {
  const blocks = messages.flatMap(({ content }) => content)
  const texts = blocks.flatMap((block) => ('guardContent' in block ? [block.guardContent.text.text] : []))
  return texts.length === 0 ? undefined : texts.join('\n')
}

function withFields(prompt: Prompt, input: CountedInput, model: TextModel): Prompt {
  const fields = input.additionalModelRequestFields ?? {}
  return { ...prompt, ...FAMILIES[model.family].additional(fields, model, prompt) }
}

function checkLimit({ maxOutputTokens }: FoundationModel, { maxTokens = 1 }: Prompt): void {
  if (maxTokens > maxOutputTokens)
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`,
    )
}

/** AWS documents which models support it, but not the words of the refusal. */
function checkLatency({ features }: FoundationModel, { performanceConfig }: ConverseInput): void {
  if (performanceConfig?.latency === 'optimized' && !features.has('optimizedLatency'))
    throw invalid("This model doesn't support the optimized latency of performanceConfig.")
}

const echoedOf = ({ performanceConfig, serviceTier }: ConverseInput): Accompaniment['echoed'] => ({
  ...(performanceConfig && { performanceConfig }),
  ...(serviceTier && { serviceTier }),
})

/** The models here have only `/stop_sequence` beside their answers. Other paths yield nothing, and are no error. */
const additionalOf =
  ({ additionalModelResponseFieldPaths = [] }: ConverseInput): Accompaniment['additional'] =>
  ({ stopSequence }: Pick<ModelEnd, 'stopSequence'>) =>
    additionalModelResponseFieldPaths.includes('/stop_sequence')
      ? { additionalModelResponseFields: { stop_sequence: stopSequence ?? null } }
      : {}
