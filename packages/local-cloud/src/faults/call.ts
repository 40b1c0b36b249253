/** Reads service, operation and model from a raw request, because faults are decided before the service sees the request. */

import { OPERATIONS } from '../aws/bedrock/bedrock.ts'
import type { CredentialStore } from '../iam/credential-store.ts'
import type { Origin } from '../network/path.ts'
import type { WireCall } from '../wire/wire-call.ts'
import type { Call } from './rule.ts'

export function describeCall(
  service: string,
  from: Origin,
  call: WireCall,
  credentials: Pick<CredentialStore, 'find'>,
): Call {
  const [path = ''] = call.target.split('?')
  const [, encoded, verb] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
  const account = accountOf(from, call, credentials)
  return {
    service,
    operation: (verb !== undefined && OPERATIONS[verb]?.name) || operationOf(call, path),
    ...(account !== undefined && { account }),
    ...(from.kind === 'function' && { functionName: from.functionName }),
    ...(from.kind === 'task' && { functionName: from.serviceName }),
    ...(encoded !== undefined && { model: decoded(encoded) }),
  }
}

/** JSON protocols have the operation in a header, the query protocol in the form. For a document, its name is the operation. */
function operationOf({ headers = {}, method, body }: WireCall, path: string): string {
  const target = headers['x-amz-target']
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1)
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const action = form && body ? new URLSearchParams(new TextDecoder().decode(body)).get('Action') : null
  return action ?? (method === 'GET' ? path.slice(path.lastIndexOf('/') + 1) : path)
}

function accountOf(
  from: Origin,
  { headers = {} }: WireCall,
  credentials: Pick<CredentialStore, 'find'>,
): string | undefined {
  const [, accessKeyId] = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '') ?? []
  const signer = accessKeyId === undefined ? undefined : credentials.find(accessKeyId)
  if (signer) return signer.session.account
  if (from.kind === 'function' || from.kind === 'task') return from.account
  return from.kind === 'loadBalancer' ? from.arn.split(':')[4] : undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
