/**
 * The tenant's guardrail on every call of its models. A caller names no other one, and marks no part of a request for it: Bedrock would
 * look at that part only. What is looked at here is what is sent: the body is written anew, so that no field stands in it twice.
 */
import { type Guardrail, takesGuardrail } from '../../../shared/guardrail.ts'
import { isMap } from '../../../shared/is-map.ts'
import { GatewayError } from '../errors.ts'
import { rewriteJson } from '../json.ts'
import type { BedrockOperation } from './bedrock.ts'

export interface Sent {
  /** JSON. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** A guardrail, and whose it is: callers may name it by its ARN. */
export interface OwnGuardrail extends Guardrail {
  readonly account: string
}

const HEADERS = {
  id: 'x-amzn-bedrock-guardrailidentifier',
  version: 'x-amzn-bedrock-guardrailversion',
} as const

/**
 * The request with the guardrail in it: in the body for Converse, in headers for InvokeModel.
 * @param guardrail absent: the request stays as it is
 * @throws GatewayError `field_invalid` for another guardrail, or for what would narrow this one
 */
export function withGuardrail(
  operation: BedrockOperation,
  modelId: string,
  { body, headers }: Sent,
  guardrail: OwnGuardrail | undefined,
): Sent {
  if (!guardrail || operation === 'count-tokens') return { body, headers }
  // Such a model takes none, whoever asks.
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

/** Bodies of InvokeModel are the model's own, but for one field of Bedrock's, which names the tags that mark a part of a text. */
const CONFIG = 'amazon-bedrock-guardrailConfig'
const TAG = 'amazon-bedrock-guardrails-guardContent'

function unmarkedInvoke(body: string): string {
  const sent = rewriteJson(body, (fields) => {
    if (Object.hasOwn(fields, CONFIG)) throw narrowing(CONFIG)
    return fields
  })
  // Written anew, letters are never escaped.
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

/** In the body that InvokeModel answers, or the last chunk of it. A model's own text has its quotation marks escaped. */
const INTERVENED = /"amazon-bedrock-guardrailAction"\s*:\s*"INTERVENED"/

export const guardrailIntervened = (answer: string): boolean => INTERVENED.test(answer)

/** What Converse calls it; InvokeModel's answers, whose stop reasons are the model's own, are recorded by the same word. */
export const GUARDRAIL_INTERVENED = 'guardrail_intervened'
