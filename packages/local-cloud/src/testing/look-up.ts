/** For tests: path lookups in the fixture's network, complete or with a resource removed. */
import type { Declared } from '../ledger/ledger.ts'
import type { Origin, Path, Refusal } from '../network/path.ts'
import { reach } from '../network/reach.ts'
import { HUB_ACCOUNT, ledgerOf } from './ledger-builder.ts'
import { endpointHost, LOAD_BALANCER_ARN, network } from './network-fixture.ts'

export const fn = (tenant: string): Origin => ({
  kind: 'function',
  functionName: `genai-gateway-${tenant}`,
  account: HUB_ACCOUNT,
})
export const client: Origin = { kind: 'instance', instanceId: 'i-client' }
export const laptop: Origin = { kind: 'internet', address: '198.51.100.10' }
export const loadBalancer: Origin = { kind: 'loadBalancer', arn: LOAD_BALANCER_ARN }
export const host = (subnetId: string, ...securityGroupIds: string[]): Origin => ({
  kind: 'subnet',
  subnetId,
  securityGroupIds,
})

export const without = (...ids: string[]) => {
  const kept = network().filter(({ id }) => !ids.includes(id))
  if (kept.length !== network().length - ids.length) throw new Error(`not all of ${ids.join(', ')} are in the fixture`)
  return kept
}
export const changed = (id: string, outputs: Declared['outputs']) =>
  network().map((one) =>
    one.id === id ? { ...one, inputs: { ...one.inputs, ...outputs }, outputs: { ...one.outputs, ...outputs } } : one,
  )

export const go = (from: Origin, to: string, resources: readonly Declared[] = network(), port = 443) =>
  reach(ledgerOf(resources), from, to, port)

export const toModel = (resources?: readonly Declared[]) => go(fn('tenant1'), endpointHost('tenant1'), resources)

export function path(outcome: Path | Refusal): Path {
  if (!outcome.reachable) throw new Error(outcome.reason)
  return outcome
}
