/** Lambda's entry: turns events into requests and answers into results. */

import { type LoadBalancerResult, sendWhole, targetOf, toRequest, toResult } from './adapters/event.ts'
import type { RequestContext } from './deadline.ts'
import { GatewayError } from './errors.ts'
import { createGateway, readEnvironment } from './gateway.ts'

const { app, warm } = createGateway(readEnvironment(process.env), sendWhole, 'before')
// While Lambda waits for the first event, keys, items and credentials are already on their way. What fails here is tried
// again, and reported, by the request that needs it.
void warm()

export async function handler(event: unknown, context: RequestContext): Promise<LoadBalancerResult> {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return toResult(await app(incoming, context), event)
}
