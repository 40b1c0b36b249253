/** How many addresses the load balancer's security group has room for, and how many rules its listeners. */
import type { Listener } from './choices.ts'

/** Inbound rules of a security group, by AWS's default quota. A managed prefix list counts as many as it may have entries. */
export const RULES_PER_GROUP = 60

/** Service Quotas' name and code of it: what is asked for when more tenants share the model endpoint. */
export const RULES_PER_GROUP_QUOTA = '"Inbound or outbound rules per security group" (L-0EA8095F)'

/** Rules of a load balancer, by AWS's default quota; a higher one is asked for. */
export const DEFAULT_LISTENER_RULES = 100

/** Ports that the load balancer listens on: HTTPS, and HTTP to be sent there. */
export const portsOf = (listener: Pick<Listener, 'kind'>): readonly number[] =>
  listener.kind === 'insecureHttp' ? [80] : [443, 80]

/** Each block takes a rule a port; so does the client instance's address. The private door takes one rule. */
export function mostAllowedBlocks(
  listener: Pick<Listener, 'kind'>,
  clientInstance: boolean,
  endpointService = false,
): number {
  const rules = RULES_PER_GROUP - (endpointService ? 1 : 0)
  return Math.floor(rules / portsOf(listener).length) - (clientInstance ? 1 : 0)
}
