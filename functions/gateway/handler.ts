/** Lambda's entry: converts events into requests, and answers into results. */

import { type LoadBalancerResult, sendWhole, targetOf, toRequest, toResult } from './adapters/event.ts'
import type { RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { createGateway, readEnvironment } from './gateway.ts'

const { app, warm } = createGateway(readEnvironment(process.env), sendWhole, 'before')
// While Lambda waits for the first event, keys, items and credentials are already being fetched. If that fails, the request that needs them
// tries again, and reports it.
void warm()

export async function handler(event: unknown, context: RequestContext): Promise<LoadBalancerResult> {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return toResult(await app(incoming, context), event)
}
