/** How many address blocks the load balancer's security group has room for, and how many rules its listeners may have. */
import type { Listener } from './choices.ts'

/** AWS's default quota for the inbound rules of a security group. A managed prefix list counts as many rules as it may have entries. */
export const RULES_PER_GROUP = 60

/** The name and code of this quota in Service Quotas, which has to be raised if more tenants share the model endpoint. */
export const RULES_PER_GROUP_QUOTA = '"Inbound or outbound rules per security group" (L-0EA8095F)'

/** AWS's default quota for the rules of a load balancer, which can be raised. */
export const DEFAULT_LISTENER_RULES = 100

/** The ports on which the load balancer listens: HTTPS, and HTTP, which redirects to it. */
export const portsOf = (listener: Pick<Listener, 'kind'>): readonly number[] =>
  listener.kind === 'insecureHttp' ? [80] : [443, 80]

/**
 * Inbound rules of the load balancer's security group: each block takes a rule for each port, and the private door takes one.
 * @param blocks their number, with one for the client instance's address
 */
export const inboundRules = (listener: Pick<Listener, 'kind'>, blocks: number, endpointService: boolean): number =>
  blocks * portsOf(listener).length + Number(endpointService)

export function mostAllowedBlocks(
  listener: Pick<Listener, 'kind'>,
  clientInstance: boolean,
  endpointService = false,
): number {
  const rules = RULES_PER_GROUP - inboundRules(listener, 0, endpointService)
  return Math.floor(rules / inboundRules(listener, 1, false)) - Number(clientInstance)
}
