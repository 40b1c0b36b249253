/** A Lambda target: the event that the function gets, and the form that its answer must have. */
import { AwsError } from '../../errors.ts'
import type { Telling } from '../../observer.ts'
import type { InvokeResult, Lambda } from '../lambda/lambda.ts'
import { type Answer, page } from './answer.ts'
import type { ClientRequest } from './client-request.ts'
import { MAX_LAMBDA_BYTES, MAX_RESPONSE_HEADERS_BYTES } from './constants.ts'
import type { Balancer } from './declared/balancer.ts'
import type { FunctionGroup } from './declared/target-group.ts'
import { HOP_BY_HOP, passedOn } from './passed-on.ts'

export interface ForwardOptions {
  readonly lambda: Pick<Lambda, 'invoke'>
  readonly balancer: Balancer
  /** The listener's port, as declared. */
  readonly port: number
  readonly targetGroup: FunctionGroup
  readonly traceId: string
  readonly observers: Telling
}

/** Bodies of these types reach the function as text. Others, and compressed ones, are sent in base64. */
const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml)\b)/i

export async function forwardToLambda(request: ClientRequest, body: Buffer, options: ForwardOptions): Promise<Answer> {
  const { lambda, targetGroup, traceId, observers } = options
  const { functionArn, account, arn: targetGroupArn } = targetGroup
  if (functionArn === undefined) return { ...page(503), targetGroupArn }
  const about = { targetGroupArn, functionArn }
  if (observers.watched) observers.tell({ kind: 'forwarded', traceId, to: { kind: 'function', functionArn } })
  let result: InvokeResult
  try {
    result = await lambda.invoke({
      functionArn,
      payload: JSON.stringify(eventOf(request, body, options)),
      caller: {
        kind: 'service',
        principal: 'elasticloadbalancing.amazonaws.com',
        sourceArn: targetGroupArn,
        sourceAccount: account,
      },
      traceId,
    })
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { ...page(502, INVOKE_FAILURES[error.code] ?? 'LambdaServiceException'), ...about }
  }
  const served = { ...about, lambdaRequestId: result.requestId }
  if (result.functionError) return { ...page(502, 'LambdaUnhandled'), ...served }
  if (Buffer.byteLength(result.payload) > MAX_LAMBDA_BYTES) return { ...page(502, 'LambdaResponseTooLarge'), ...served }
  const answer = answerOf(result.payload, targetGroup.multiValueHeaders, request.method)
  return answer ? { ...answer, ...served } : { ...page(502, 'LambdaInvalidResponse'), ...served }
}

const INVOKE_FAILURES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'LambdaAccessDenied',
  TooManyRequestsException: 'LambdaThrottling',
  RequestTooLargeException: 'LambdaBadRequest',
}

/**
 * The event. Values in the query are passed on as sent, not decoded. If a name occurs several times, the last value counts, unless all are asked
 * for.
 */
function eventOf(
  request: ClientRequest,
  body: Buffer,
  { balancer, port, targetGroup, traceId }: Omit<ForwardOptions, 'lambda' | 'observers'>,
): object {
  const headers = passedOn(request, balancer, port, traceId)
  const contentType = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  const encoded = headers.some(([name]) => name === 'content-encoding')
  const isBase64Encoded = body.byteLength > 0 && (encoded || !TEXT_TYPES.test(contentType))
  return {
    requestContext: { elb: { targetGroupArn: targetGroup.arn } },
    httpMethod: request.method,
    path: request.path,
    ...(targetGroup.multiValueHeaders
      ? { multiValueQueryStringParameters: all(request.query), multiValueHeaders: all(headers) }
      : { queryStringParameters: Object.fromEntries(request.query), headers: Object.fromEntries(headers) }),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  }
}

function all(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}

/** @returns undefined for an answer that AWS calls an invalid response */
function answerOf(payload: string, multiValueHeaders: boolean, method: string): Answer | undefined {
  const response: unknown = JSON.parse(payload)
  if (typeof response !== 'object' || response === null) return undefined
  const { statusCode, headers, body, isBase64Encoded = false, ...rest } = response as Readonly<Record<string, unknown>>
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    return undefined
  if (typeof isBase64Encoded !== 'boolean') return undefined
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined
  const sent = multiValueHeaders ? severalOf(rest.multiValueHeaders) : singleOf(headers)
  if (!sent) return undefined
  const bytes = typeof body === 'string' ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : Buffer.alloc(0)
  const kept = sent.filter(([name]) => !HOP_BY_HOP.has(name) && (name !== 'content-length' || method === 'HEAD'))
  if (kept.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0) > MAX_RESPONSE_HEADERS_BYTES)
    return undefined
  const typed = kept.some(([name]) => name === 'content-type')
  return {
    status: statusCode,
    headers: typed ? kept : [...kept, ['content-type', 'application/octet-stream']],
    body: bytes,
    targetStatus: statusCode,
  }
}

type Headers = readonly (readonly [string, string])[]

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

function singleOf(headers: unknown): Headers | undefined {
  return headersOf(headers, (value) => (typeof value === 'string' ? [value] : undefined))
}

function severalOf(headers: unknown): Headers | undefined {
  return headersOf(headers, (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined,
  )
}

function headersOf(headers: unknown, values: (value: unknown) => readonly string[] | undefined): Headers | undefined {
  if (headers === undefined || headers === null) return []
  if (typeof headers !== 'object') return undefined
  const found: [string, string][] = []
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase()
    const list = values(value)
    if (!list || !HEADER_NAME.test(name) || !list.every((one) => HEADER_VALUE.test(one))) return undefined
    found.push(...list.map((one): [string, string] => [name, one]))
  }
  return found
}
