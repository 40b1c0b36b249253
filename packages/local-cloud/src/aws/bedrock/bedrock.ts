/** The runtime of Amazon Bedrock. Each account has its own access to models. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import { parseJson } from '../../wire/protocol/json.ts'
import { answer, authenticate, permit } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings, WireRequest } from '../../wire/service.ts'
import type { Trail, TrailEvent } from '../cloudtrail/trail.ts'
import { type AccessOptions, createAccess } from './access.ts'
import type { Accounting, Invocation } from './accounting.ts'
import { apiKeyOf, verifyApiKey } from './api-key.ts'
import type { Invoked } from './catalogue.ts'
import { converse, converseStream } from './converse/converse.ts'
import { countTokens } from './count-tokens.ts'
import { createGenerate } from './generate.ts'
import { invokeModel, invokeModelWithResponseStream } from './invoke/invoke.ts'
import type { ModelBackend, Usage } from './model-backend.ts'
import type { Operation } from './operation.ts'
import { BEDROCK } from './protocol.ts'
import { invalid } from './refusals.ts'
import { standIn } from './stand-in/stand-in.ts'

export interface BedrockOptions extends AccessOptions {
  /**
   * What answers as the models.
   * @default the deterministic stand-in
   */
  readonly backend?: ModelBackend
  /** Records the calls for CloudTrail. */
  readonly trail?: Trail
  /** Counts what the calls used. */
  readonly accounting?: Accounting
}

interface Row {
  readonly name: string
  /** The IAM action that is checked. `Converse` has none of its own. */
  readonly action: string
  readonly run: Operation
}

/** The operations, by the last part of the path, which comes after the model's id. */
export const OPERATIONS: Readonly<Record<string, Row>> = {
  converse: { name: 'Converse', action: 'bedrock:InvokeModel', run: converse },
  'converse-stream': {
    name: 'ConverseStream',
    action: 'bedrock:InvokeModelWithResponseStream',
    run: converseStream,
  },
  invoke: { name: 'InvokeModel', action: 'bedrock:InvokeModel', run: invokeModel },
  'invoke-with-response-stream': {
    name: 'InvokeModelWithResponseStream',
    action: 'bedrock:InvokeModelWithResponseStream',
    run: invokeModelWithResponseStream,
  },
  'count-tokens': { name: 'CountTokens', action: 'bedrock:CountTokens', run: countTokens },
}

export function createBedrock(
  surroundings: Surroundings,
  credentials: CredentialStore,
  { backend = standIn(), trail, accounting, ...options }: BedrockOptions = {},
): Service {
  const access = createAccess(options)
  const generate = createGenerate(backend, surroundings.now)
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
          const row = Object.hasOwn(OPERATIONS, verb) ? OPERATIONS[verb] : undefined
          if (request.method !== 'POST' || !row)
            throw new UnsupportedError(`bedrock-runtime ${request.method} ${verb ? `/model/…/${verb}` : path}`)
          operation = row.name
          const session = await callerOf(request, surroundings, credentials)
          caller.session = session
          const about = { surroundings, request, session }
          const modelId = decode(id)
          const recorded = (served: Pick<TrailEvent, 'additionalEventData' | 'error'>) =>
            trail?.record({
              account: session.account,
              region: request.region,
              at: surroundings.now(),
              eventSource: 'bedrock.amazonaws.com',
              eventName: row.name,
              requestId,
              caller: session.arn,
              requestParameters: { modelId },
              ...served,
            })
          const invoked = await access({ ...about, action: row.action, modelId }).catch((error: unknown) => {
            if (error instanceof AwsError) recorded({ error: { code: error.code, message: error.message } })
            throw error
          })
          recorded(inferenceRegion(invoked, request.region))
          const metadata = readMetadata(request, verb)
          const { account } = session
          const call = { account, region: request.region, operation: row.name, modelId: invoked.id, requestId, session }
          const count = (usage: Usage) => accounting?.({ ...call, usage, metadata })
          return row
            .run({
              ...about,
              requestId,
              invoked,
              body: () => readBody(request),
              count,
              generate: (prompt, streamed) => generate(invoked, prompt, { ...about, streamed, count }),
            })
            .catch(tooDeep)
        },
      )
    },
  }
}

let served = 0

/** The regions of a profile answer its requests in turn. As on AWS, the region is named only if it differs from the caller's. */
function inferenceRegion({ profile }: Invoked, home: string): Pick<TrailEvent, 'additionalEventData'> {
  const regions = profile?.destinations.filter((region) => region !== '') ?? []
  const region = regions[served++ % Math.max(regions.length, 1)] ?? home
  return region === home ? {} : { additionalEventData: { inferenceRegion: region } }
}

/** JSON nested a hundred thousand levels deep can be parsed, but the recursive checks cannot walk through it. */
function tooDeep(error: unknown): never {
  throw error instanceof RangeError ? invalid('The request is nested too deeply.') : error
}

/** The principal who signed the request, or who made its API key. An API key takes an additional permission. */
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
    action: 'bedrock:CallWithBearerToken',
    resource: '*',
    resourceAccount: session.account,
    session,
    context: { 'bedrock:bearerTokenType': 'SHORT_TERM' },
  })
  return session
}

const METADATA = 'x-amzn-bedrock-request-metadata'

/**
 * The caller's metadata about the request, for the invocation log. Operations check it in the body; `InvokeModel` has it in a header.
 * @throws AwsError for a header that is no JSON object of texts
 */
function readMetadata(request: WireRequest, verb: string): Invocation['metadata'] {
  if (verb.startsWith('converse')) return () => (readBody(request) as { requestMetadata?: Texts }).requestMetadata
  const header = request.headers[METADATA]
  if (header === undefined) return () => undefined
  const value = parsed(header)
  if (typeof value !== 'object' || value === null || Object.values(value).some((text) => typeof text !== 'string'))
    throw invalid('The provided request metadata is not a valid JSON object of strings.')
  return () => value as Texts
}

type Texts = Readonly<Record<string, string>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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
