/** `POST /TENANT/model/MODEL/invoke` and `…/invoke-with-response-stream`: Bedrock's own API, with bodies in the format of the model's family. */
import { requireKnownBody, withSameBodies } from '../model/bodies.ts'
import type { Model } from '../model/model.ts'
import type { Call, OfferedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'

export const invokeModel: OfferedOperation = {
  name: 'invoke_model',
  method: 'POST',
  path: '/model/{model}/invoke',
  shape: bedrockShape,
  async answer(call) {
    const { json, headers } = await call.models.invokeModel(knownModel(call), call.body.text, askedFor(call))
    return call.json(json, headers)
  },
}

export const invokeModelStream: OfferedOperation = {
  name: 'invoke_model_stream',
  method: 'POST',
  path: '/model/{model}/invoke-with-response-stream',
  shape: bedrockShape,
  async answer(call) {
    const stream = await call.models.invokeModelStream(knownModel(call), call.body.text, askedFor(call))
    return call.passThrough(stream, { 'x-amzn-bedrock-content-type': 'application/json' })
  },
}

function knownModel({ model, path, body }: Call): Model {
  const found = model(path.model ?? '')
  requireKnownBody(found, body.fields)
  return withSameBodies(found)
}

/** Headers of Bedrock's API that a caller may send; other headers of the request are not passed on. */
const HEADERS = [
  'x-amzn-bedrock-trace',
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-guardrailversion',
  'x-amzn-bedrock-performanceconfig-latency',
  'x-amzn-bedrock-service-tier',
  'x-amzn-bedrock-request-metadata',
]

function askedFor({ headers }: Call): Readonly<Record<string, string>> {
  const given = HEADERS.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== null))
}
