/** The runtime of Amazon Bedrock: `Converse`, `ConverseStream` and `InvokeModel`, per account with that account's access. */

import { UnsupportedError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import { parseJson } from '../../wire/protocol/json.ts'
import { answer, authenticate, permit } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings, WireRequest } from '../../wire/service.ts'
import type { CredentialStore } from '../sts/credential-store.ts'
import { type AccessOptions, createAccess } from './access.ts'
import { apiKeyOf, verifyApiKey } from './api-key.ts'
import type { FoundationModel, Invoked } from './catalogue.ts'
import { checkPrompt, invalid, type Prompt } from './conversation.ts'
import { converseFrames, converseOutput, readConverse } from './converse.ts'
import { anthropic } from './formats/anthropic.ts'
import type { BodyFormat } from './formats/format.ts'
import { nova } from './formats/nova.ts'
import { titan } from './formats/titan.ts'
import { collect, type ModelBackend } from './model-backend.ts'
import { BEDROCK, respondFrames, respondJson } from './protocol.ts'
import { standIn } from './stand-in.ts'

export interface BedrockOptions extends AccessOptions {
  /** Who answers as the models. @default the deterministic stand-in */
  readonly backend?: ModelBackend
}

/** `Converse` is authorised as the operation that it stands for. */
export const OPERATIONS = {
  converse: { name: 'Converse', action: 'bedrock:InvokeModel' },
  'converse-stream': { name: 'ConverseStream', action: 'bedrock:InvokeModelWithResponseStream' },
  invoke: { name: 'InvokeModel', action: 'bedrock:InvokeModel' },
} as const

const FORMATS: Readonly<Record<FoundationModel['format'], BodyFormat>> = { titan, anthropic, nova }

export function createBedrock(
  surroundings: Surroundings,
  credentials: CredentialStore,
  { backend = standIn(), ...options }: BedrockOptions = {},
): Service {
  const access = createAccess(options)
  return {
    name: 'bedrock-runtime',
    handle(request) {
      let operation = 'unknown'
      return answer(
        BEDROCK,
        () => operation,
        async (requestId, caller) => {
          const [path = ''] = request.target.split('?')
          const [, id = '', verb = ''] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
          if (request.method !== 'POST' || !Object.hasOwn(OPERATIONS, verb))
            throw new UnsupportedError(`bedrock-runtime ${request.method} ${verb ? `/model/…/${verb}` : path}`)
          const { name, action } = OPERATIONS[verb as keyof typeof OPERATIONS]
          operation = name
          const session = await callerOf(request, surroundings, credentials)
          caller.session = session
          const invoked = await access({ surroundings, request, session, action, modelId: decode(id) })
          const format = FORMATS[invoked.model.format]
          const body = readBody(request)
          const prompt = verb === 'invoke' ? format.read(body) : readConverse(body)
          const { events, latencyMs } = generate(backend, invoked, prompt, request, session, verb === 'converse-stream')
          if (verb === 'converse-stream') return respondFrames(converseFrames(events, latencyMs), requestId)
          const done = await collect(events)
          if (verb === 'converse') return respondJson(converseOutput(done, latencyMs()), requestId)
          return respondJson(format.write(done, invoked.model.id, requestId), requestId, {
            'x-amzn-bedrock-input-token-count': String(done.usage.inputTokens),
            'x-amzn-bedrock-output-token-count': String(done.usage.outputTokens),
            'x-amzn-bedrock-invocation-latency': String(latencyMs()),
          })
        },
      )
    },
  }
}

/** Who signed the request, or made the API key that it came with; the latter takes a permission of its own. */
async function callerOf(
  request: WireRequest,
  surroundings: Surroundings,
  credentials: CredentialStore,
): Promise<Session> {
  const { now } = surroundings
  const key = apiKeyOf(request)
  if (key === undefined) return authenticate(request, 'bedrock', { now, credentials, format: BEDROCK }).session
  const { session } = verifyApiKey(key, { region: request.region, now: now(), find: credentials.find })
  await permit(surroundings, request, BEDROCK, {
    ...{ action: 'bedrock:CallWithBearerToken', resource: '*', resourceAccount: session.account, session },
    context: { 'bedrock:bearerTokenType': 'SHORT_TERM' },
  })
  return session
}

/** @returns what the model writes, and for how long it has been writing */
function generate(
  backend: ModelBackend,
  { model, id }: Invoked & { readonly id: string },
  { temperature, topP, ...prompt }: Prompt,
  { region, signal }: WireRequest,
  { account }: Session,
  streamed: boolean,
) {
  const sampling = { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) }
  const maxTokens = checkPrompt(model, { ...prompt, ...sampling })
  const start = performance.now()
  const { system, messages, stopSequences } = prompt
  const events = backend.generate({
    ...{ modelId: model.id, modelName: model.name, invokedId: id, account, region, streamed },
    ...{ system, messages, stopSequences, maxTokens, ...sampling, signal },
  })
  return { events, latencyMs: () => Math.round(performance.now() - start) }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('The provided model identifier is invalid.')
  }
}

function readBody({ body }: WireRequest): unknown {
  try {
    return parseJson(body)
  } catch {
    throw invalid('The provided request is not valid JSON.')
  }
}
