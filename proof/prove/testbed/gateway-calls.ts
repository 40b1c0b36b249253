/** Requests to the gateway as an attacker sends them, and what the platform saw of each. */

import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { CloudEvent } from '@genai/local-cloud/cloud'
import type { Origin } from '@genai/local-cloud/network/path'
import { reach } from '@genai/local-cloud/network/reach'
import { KEY_SET_MISS_MILLISECONDS } from '../../../functions/gateway/constants.ts'
import { keySetsFunctionName } from '../../../shared/naming.ts'
import { GATEWAY_PORT } from '../../../shared/tenant.ts'
import type { Platform } from '../../harness/platform.ts'
import { contained, type Outcome, stopped, through } from '../outcome.ts'
import { lost } from './aws-calls.ts'
import { layerOfCode } from './gateway-answers.ts'
import { send } from './http.ts'
import type { Iam } from './iam.ts'
import type { RawAnswer, RawRequest } from './raw-request.ts'
import type { TestbedTenant } from './tenant.ts'

export interface GatewayCalls {
  /** Sends it, and returns who stopped it. `crossed` says which answer means that it got through. */
  request(request: RawRequest, crossed: Crossed): Promise<Outcome>
  /** The same from inside a VPC, by the gateway's own name, over the path that leads there. */
  requestFrom(from: Origin, request: RawRequest, crossed: Crossed): Promise<Outcome>
  /** The same directly to the address of a task, without the load balancer. */
  requestAt(from: Origin, address: string, request: RawRequest, crossed: Crossed): Promise<Outcome>
}

/**
 * What counts as crossed.
 * - `served`: any answer of a model, or a list of models, because the token must not be believed.
 * - an account: an answer of a model in that account. An answer of the caller's own tenant is no crossing.
 * - `broken`: no answer, or an answer that is not in the closed list of errors.
 */
export type Crossed = 'served' | 'broken' | Pick<TestbedTenant, 'id' | 'account' | 'functionName'>

export function createGatewayCalls(platform: Platform, iam: Iam): GatewayCalls {
  const { port } = new URL(platform.localUrl)
  const connection = {
    host: '127.0.0.1',
    port: Number(port),
    servername: new URL(platform.hub.gatewayUrl).hostname,
    ca: readFileSync(platform.caFile, 'utf8'),
  }
  return {
    async request(request, crossed) {
      iam.forget()
      const before = platform.events.length
      let answer = await send(connection, request)
      // A token with an unknown key is not judged until the next key set is fetched, which happens every minute; here it is fetched immediately.
      // The function reads the table again after a second.
      for (let tries = 0; tries < MOST_FETCHES && codeOf(answer) === 'identity_unavailable'; tries += 1) {
        await platform.cloud.schedules.run(keySetsFunctionName)
        await setTimeout(KEY_SET_MISS_MILLISECONDS + 100)
        answer = await send(connection, request)
      }
      return judge(answer, platform.events.slice(before), crossed, iam)
    },
    async requestFrom(from, request, crossed) {
      iam.forget()
      const { servername } = connection
      const path = reach(platform.cloud.ledger, from, servername, 443)
      if (!path.reachable) return lost(from, path)
      const { port: listening, close } = await platform.cloud.loadBalancer.open(
        from,
        platform.hub.listenerArn,
        0,
        servername,
      )
      try {
        const before = platform.events.length
        const answer = await send({ ...connection, port: listening }, request)
        return judge(answer, platform.events.slice(before), crossed, iam)
      } finally {
        await close()
      }
    },
    async requestAt(from, address, request, crossed) {
      iam.forget()
      const way = platform.cloud.ecs.connect(from, address, GATEWAY_PORT)
      if (!('localPort' in way)) return lost(from, way)
      const before = platform.events.length
      const answer = await send({ ...connection, port: way.localPort, plain: true }, request)
      return judge(answer, platform.events.slice(before), crossed, iam)
    },
  }
}

/** Most fetches that are waited for. A fetch that had begun already does not count. */
const MOST_FETCHES = 3

function judge(answer: RawAnswer, seen: readonly CloudEvent[], crossed: Crossed, iam: Iam): Outcome {
  const accounts = seen.flatMap((event) =>
    event.source === 'wire' && event.kind === 'request' && event.service === 'bedrock-runtime' && event.status === 200
      ? [event.account ?? 'unknown']
      : [],
  )
  const served = accounts.length > 0 ? `the model of account ${accounts.join(', ')} answered` : ''
  if (typeof crossed === 'object' && accounts.includes(crossed.account)) return through(served)
  if (answer.status === 200) {
    const detail = served || `answered 200: ${answer.body.slice(0, 120)}`
    return crossed === 'served' ? through(detail) : contained(detail)
  }
  const code = codeOf(answer)
  const refusal = iam.refusals()
  if (refusal && answer.status >= 500) return stopped(refusal.by, refusal.message)
  if (answer.status >= 500) return through(`the gateway broke: ${answer.status} ${code ?? answer.body.slice(0, 120)}`)
  if (code !== undefined) return stopped([layerOfCode(code)], `${answer.status} ${code}`)
  return atLoadBalancer(answer, seen)
}

function atLoadBalancer(answer: RawAnswer, seen: readonly CloudEvent[]): Outcome {
  const event = seen.find((one) => one.source === 'loadBalancer' && one.kind === 'request')
  const reason = event?.source === 'loadBalancer' ? event.errorReason : undefined
  if (answer.status === 401) return stopped(['loadBalancerToken'], `401 ${reason ?? ''}`.trim())
  if (answer.status === 403) return stopped(['firewall'], '403')
  const what = answer.status === 0 ? 'connection closed without an answer' : String(answer.status)
  return stopped(['loadBalancerRequest'], `${what} ${reason ?? ''}`.trim())
}

/** The code of the function's error, which its answers have in a header; answers of the load balancer and the firewall have none. */
export const codeOf = ({ headers }: RawAnswer): string | undefined => headers['x-error-code']
