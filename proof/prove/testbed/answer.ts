/** What AWS answered to an attempt, read without a client. */
import type { IncomingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * Name of the exception in an AWS answer: the header `x-amzn-errortype`, `__type` in JSON, `<Code>` in XML; without
 * namespace and without the URL that some services append.
 */
export function exceptionName(answer: Answer): string | undefined {
  const header = answer.headers['x-amzn-errortype']
  const named =
    (typeof header === 'string' ? header : undefined) ?? jsonType(answer.body) ?? xmlElement(answer.body, 'Code')
  return named?.split(':')[0]?.split('#').at(-1)
}

function jsonType(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && '__type' in value && typeof value.__type === 'string') {
      // `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`
      return value.__type.split('#').at(-1)
    }
  } catch {
    // It is not JSON, so the name is elsewhere.
  }
  return undefined
}

/** Text of the first element with the name. STS's answers have keys, tokens and times, in which XML escapes nothing. */
export function xmlElement(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}
