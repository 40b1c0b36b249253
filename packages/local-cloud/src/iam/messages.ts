/** AWS's words for a refusal, depending on the layer that refused. */
import type { Layer } from './call.ts'

const NAMES: Readonly<Record<Layer, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  endpoint: 'VPC endpoint policy',
  serviceControl: 'service control policy',
}

/** The principal in a refusal's message: the session, never the credentials. */
export function refusalMessage(refusal: {
  readonly asker: string
  readonly action: string
  readonly resource: string
  readonly layer: Layer
  readonly explicit: boolean
  /** Whether the resource policy is a role's trust policy. */
  readonly trust: boolean
}): string {
  const { action, layer, explicit, trust } = refusal
  const policy = layer === 'resource' && trust ? 'role trust policy' : NAMES[layer]
  const on = refusal.resource === '*' ? '' : ` on resource: ${refusal.resource}`
  const article = /^[aeiou]/.test(policy) ? 'an' : 'a'
  const why = explicit
    ? `with an explicit deny in ${article} ${policy}`
    : `because no ${policy} allows the ${action} action`
  return `User: ${refusal.asker} is not authorized to perform: ${action}${on} ${why}`
}
