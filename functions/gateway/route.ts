/** Which of the gateway's operations a method and a path ask for. */
import { TENANT_ID } from '../../shared/tenant.ts'
import { GatewayError } from './errors.ts'

export type Route =
  | { readonly operation: 'invoke' }
  | { readonly operation: 'models' }
  /** `model` is the caller's name for it, decoded and not yet checked. */
  | { readonly operation: 'converse'; readonly model: string }

/** Operations of Bedrock's API that a Lambda function behind a load balancer cannot serve: the answer is sent whole. */
const STREAMING = ['converse-stream', 'invoke-with-response-stream', 'invoke-with-bidirectional-stream']
const NOT_OFFERED = ['invoke', 'count-tokens', 'async-invoke']

/** Takes the path as sent, still encoded. */
export function matchRoute(method: string, path: string, tenantId: string): Route {
  const [root, tenant, ...rest] = path.split('/')
  if (root !== '' || tenant === undefined || !TENANT_ID.test(tenant)) throw notFound()
  if (tenant !== tenantId) {
    throw new GatewayError('tenant_unknown', `There is no tenant ${tenant} here. Check the first part of the path.`)
  }
  if (rest.length === 1 && rest[0] === 'invoke') return allowing('POST', method, { operation: 'invoke' })
  if (rest.length === 1 && rest[0] === 'models') return allowing('GET', method, { operation: 'models' })
  const [resource, model, operation] = rest
  if (resource !== 'model' || rest.length !== 3 || !model || !operation) throw notFound()
  if (STREAMING.includes(operation)) {
    throw new GatewayError(
      'streaming_not_supported',
      `${operation} is not offered: a load balancer takes a function's answer only as a whole. Use converse.`,
    )
  }
  if (NOT_OFFERED.includes(operation)) {
    throw new GatewayError('operation_not_supported', `${operation} is not offered on this path. Use converse.`)
  }
  if (operation !== 'converse') throw notFound()
  return allowing('POST', method, { operation: 'converse', model: decode(model) })
}

/** Paths that Bedrock's own clients ask for get errors in Bedrock's own shape. */
export function isBedrockPath(path: string): boolean {
  return path.split('/')[2] === 'model'
}

function allowing(allowed: 'GET' | 'POST', method: string, route: Route): Route {
  if (method === allowed) return route
  throw new GatewayError('method_not_allowed', `This path takes ${allowed} only.`, { headers: { allow: allowed } })
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new GatewayError('request_malformed', 'The model in the path is not valid percent-encoding.', { cause })
  }
}

function notFound(): GatewayError {
  return new GatewayError(
    'path_not_found',
    'There is nothing at this path. Use POST /TENANT/invoke, GET /TENANT/models or POST /TENANT/model/MODEL/converse.',
  )
}
