/**
 * A call of a service of AWS whose client would be a package for one or two calls: signed by AWS's own signer, over the connection that an
 * account's other calls have.
 */
import { text as textOf } from 'node:stream/consumers'
import { signedHeaders } from '../../proof/prove/testbed/sign.ts'
import type { Clients } from './clients.ts'

export interface SignedService {
  readonly host: string
  readonly region: string
  /** The service's name in signatures: `ce`, `secretsmanager`. */
  readonly service: string
  /** The part of `x-amz-target` before the operation. */
  readonly target: string
}

/**
 * @param clients whose credentials and connection are taken
 * @param input of the operation, as AWS's JSON protocol 1.1 has it
 * @returns the answer; not checked
 * @throws Error with AWS's code as its name and AWS's words as its message
 */
export async function signedCall<T>(
  { sts }: Pick<Clients, 'sts'>,
  { host, region, service, target }: SignedService,
  operation: string,
  input: object,
): Promise<T> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = await sts.config.credentials()
  const request = {
    host,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${operation}` },
    body: JSON.stringify(input),
  }
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  const headers = await signedHeaders({ credentials, region, service }, request, new Date())
  const sent = { method: 'POST', protocol: 'https:', hostname: host, path: '/', query: {}, headers, body: request.body }
  // The SDK's type of a request has methods that its handler does not use.
  const { response } = await sts.config.requestHandler.handle(sent as never)
  const text = await textOf(response.body)
  if (response.statusCode === 200) return JSON.parse(text) as T
  const { __type: code = response.statusCode, message, Message } = errorOf(text)
  const name = String(code).split('#').at(-1) ?? ''
  throw Object.assign(new Error(message ?? Message ?? text.slice(0, 200)), { name })
}

function errorOf(text: string): { readonly __type?: string; readonly message?: string; readonly Message?: string } {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
