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

/** Each block takes a rule for each port, and so does the client instance's address. The private door takes one rule. */
export function mostAllowedBlocks(
  listener: Pick<Listener, 'kind'>,
  clientInstance: boolean,
  endpointService = false,
): number {
  const rules = RULES_PER_GROUP - (endpointService ? 1 : 0)
  return Math.floor(rules / portsOf(listener).length) - (clientInstance ? 1 : 0)
}
