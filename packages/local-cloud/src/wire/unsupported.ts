/** The refusal of an unsupported service or operation, in a shape that clients of every AWS service can read. */
import { UnsupportedError } from '../errors.ts'
import { UNSUPPORTED } from './protocol/protocol.ts'
import type { WireResponse } from './service.ts'
import type { WireCall } from './wire-call.ts'

/** Services with a REST protocol in XML, which cannot be recognised from a request. Their errors have the form of the query protocol's. */
const REST_XML = /^(cloudfront|route53)\b/

/** @param service the service's name: `s3`, `ec2` */
export function unsupportedService(service: string, call: WireCall): WireResponse {
  const { message } = new UnsupportedError(`the service '${service}' (${call.host})`)
  return answer(message, formatOf(service, call))
}

/** For an operation of a service that exists here. These services use JSON, or their clients can read it. */
export const unsupportedOperation = ({ message }: UnsupportedError): WireResponse => answer(message, 'json')

type Format = 'json' | 'query' | 'ec2' | 's3'

function formatOf(service: string, { headers = {} }: WireCall): Format {
  if (service === 'ec2') return 'ec2'
  if (service === 's3') return 's3'
  if (REST_XML.test(service)) return 'query'
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? 'query' : 'json'
}

function answer(message: string, format: Format): WireResponse {
  return {
    status: 400,
    headers: { 'content-type': format === 'json' ? 'application/json' : 'text/xml', 'x-amzn-errortype': UNSUPPORTED },
    body: bodyOf(message, format),
    served: { operation: 'unknown', errorCode: UNSUPPORTED, unsupported: message },
  }
}

function bodyOf(message: string, format: Format): string {
  const text = message.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const error = `<Code>${UNSUPPORTED}</Code><Message>${text}</Message>`
  switch (format) {
    case 'json':
      return JSON.stringify({ __type: UNSUPPORTED, message })
    case 'query':
      return `<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`
    case 'ec2':
      return `<Response><Errors><Error>${error}</Error></Errors></Response>`
    case 's3':
      return `<Error>${error}</Error>`
  }
}
