/** EC2's protocol: a variant of the query protocol without `member`, and XML in which the items of a list are called `item`. */
import { AwsError } from '../../errors.ts'
import type { WireResponse } from '../service.ts'
import type { ApiProtocol } from './api.ts'
import { unfold, type XmlValue, xml } from './query.ts'

const VERSION = '2016-11-15'

export const ec2Protocol: ApiProtocol<XmlValue> = {
  signature: {
    missing: { code: 'MissingAuthenticationToken', status: 403 },
    incomplete: { code: 'IncompleteSignature', status: 400 },
    unknownKey: { code: 'AuthFailure', status: 401 },
    expiredToken: { code: 'RequestExpired', status: 400 },
    mismatch: { code: 'AuthFailure', status: 401 },
    clock: { code: 'AuthFailure', status: 401 },
  },
  accessDenied: { code: 'UnauthorizedOperation', status: 403 },
  read({ method, target, body }) {
    const form = new URLSearchParams(method === 'GET' ? target.split('?')[1] : new TextDecoder().decode(body))
    const { Action, Version, ...input } = unfold(form)
    if (typeof Action !== 'string') throw new AwsError('MissingAction', 'The request must name an Action.')
    if (Version !== VERSION)
      throw new AwsError('InvalidAction', `The action ${Action} is not valid for this web service.`)
    return { operation: Action, input }
  },
  respond: (operation, output, requestId) =>
    send(
      200,
      `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/${VERSION}/"><requestId>${requestId}</requestId>${xml(output, 'item')}</${operation}Response>`,
    ),
  refuse: ({ code, message, status }, requestId) =>
    send(
      status,
      `<Response><Errors>${xml({ Error: { Code: code, Message: message } })}</Errors><RequestID>${requestId}</RequestID></Response>`,
    ),
}

const send = (status: number, body: string): WireResponse => ({ status, headers: { 'content-type': 'text/xml' }, body })
