/**
 * Adds the tenant's guardrail to every call of its models. A caller may not name another guardrail, and may not mark a part of a request for it,
 * because Bedrock would then check that part only. The body is written anew from what the gateway has read, so that Bedrock cannot read a field
 * twice or differently.
 */
import { type Guardrail, takesGuardrail } from '../../../shared/guardrail.ts'
import { isMap } from '../../../shared/is-map.ts'
import { GatewayError } from '../errors.ts'
import { rewriteJson } from '../json.ts'
import type { BedrockOperation } from './bedrock.ts'

export interface Sent {
  /** A JSON text. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** A guardrail and its owner's account: callers may name it by its ARN. */
export interface OwnGuardrail extends Guardrail {
  readonly account: string
}

const HEADERS = {
  id: 'x-amzn-bedrock-guardrailidentifier',
  version: 'x-amzn-bedrock-guardrailversion',
} as const

/**
 * Adds the guardrail to the request: to the body for Converse, to the headers for InvokeModel.
 * @param guardrail if absent, the request is not changed
 * @throws GatewayError `field_invalid` if the request names another guardrail, or would limit what this one checks
 */
export function withGuardrail(
  operation: BedrockOperation,
  modelId: string,
  { body, headers }: Sent,
  guardrail: OwnGuardrail | undefined,
): Sent {
  if (!guardrail || operation === 'count-tokens') return { body, headers }
  // Such a model accepts no guardrail at all.
  if (!takesGuardrail(modelId)) return { body, headers: withoutGuardrail(headers) }
  if (operation === 'converse' || operation === 'converse-stream')
    return { body: rewriteJson(body, (fields) => guardedConverse(fields, guardrail)), headers }
  const { [HEADERS.id]: id, [HEADERS.version]: version } = headers
  if (id !== undefined || version !== undefined)
    requireOwn({ id, version }, 'X-Amzn-Bedrock-GuardrailIdentifier', guardrail)
  return {
    body: unmarkedInvoke(body),
    headers: { ...headers, [HEADERS.id]: guardrail.id, [HEADERS.version]: guardrail.version },
  }
}

const withoutGuardrail = (headers: Sent['headers']): Sent['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== HEADERS.id && name !== HEADERS.version))

type Fields = Readonly<Record<string, unknown>>

function guardedConverse(fields: Fields, guardrail: OwnGuardrail): Fields {
  const { guardrailConfig: given } = fields
  if (given !== undefined && given !== null && !isMap(given))
    throw refused('guardrailConfig', 'must be an object. Leave it out: the tenant’s own guardrail is on every call.')
  const { guardrailIdentifier: id, guardrailVersion: version, streamProcessingMode, trace } = given ?? {}
  if (id !== undefined || version !== undefined) requireOwn({ id, version }, 'guardrailConfig', guardrail)
  if (streamProcessingMode !== undefined && streamProcessingMode !== 'sync')
    throw refused(
      'guardrailConfig.streamProcessingMode',
      'must be sync: otherwise the answer is sent before the guardrail has looked at it. Leave it out.',
    )
  const blocks = [
    ...contentOf(fields.system),
    ...listOf(fields.messages).flatMap((message) => contentOf(field(message, 'content'))),
  ]
  if (blocks.some((block) => Object.hasOwn(block, 'guardContent'))) throw narrowing('guardContent')
  return {
    ...fields,
    guardrailConfig: {
      guardrailIdentifier: guardrail.id,
      guardrailVersion: guardrail.version,
      ...(trace !== undefined && { trace }),
    },
  }
}

/** Bodies of InvokeModel have the model's own format, except for one field of Bedrock's, which names the tags that mark a part of a text. */
const CONFIG = 'amazon-bedrock-guardrailConfig'
const TAG = 'amazon-bedrock-guardrails-guardContent'

function unmarkedInvoke(body: string): string {
  const sent = rewriteJson(body, (fields) => {
    if (Object.hasOwn(fields, CONFIG)) throw narrowing(CONFIG)
    return fields
  })
  // In a body that is written anew, letters are never escaped.
  if (sent.includes(TAG)) throw narrowing(TAG)
  return sent
}

function requireOwn(
  { id, version }: { readonly id: unknown; readonly version: unknown },
  name: string,
  own: OwnGuardrail,
): void {
  const same = id === own.id || (typeof id === 'string' && id.endsWith(`:${own.account}:guardrail/${own.id}`))
  if (same && version === own.version) return
  throw refused(name, 'names another guardrail than the tenant’s own, which is on every call. Leave it out.')
}

const narrowing = (name: string): GatewayError =>
  refused(name, 'marks a part of the request for the guardrail, and the tenant’s own looks at all of it. Leave it out.')

const refused = (param: string, words: string): GatewayError =>
  new GatewayError('field_invalid', `The field "${param}" ${words}`, { param })

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const contentOf = (value: unknown): readonly Fields[] => listOf(value).filter(isMap)
const field = (value: unknown, name: string): unknown =>
  isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined

/**
 * Matches in the body that InvokeModel answers, or in its last chunk. A text of the model cannot match, because its quotation marks are escaped.
 */
const INTERVENED = /"amazon-bedrock-guardrailAction"\s*:\s*"INTERVENED"/

export const guardrailIntervened = (answer: string): boolean => INTERVENED.test(answer)

/**
 * Converse's stop reason after a guardrail has intervened. InvokeModel has stop reasons of the model's own; the record has the same word for
 * them.
 */
export const GUARDRAIL_INTERVENED = 'guardrail_intervened'
