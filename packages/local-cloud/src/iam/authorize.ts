/**
 * Decides about every call of every service: identity policies, permissions boundary, session policy, resource or trust policy, VPC endpoint
 * policy and service control policies.
 */

import type { LedgerView } from '../ledger/ledger.ts'
import type { Organization, PolicyDocument } from '../organization.ts'
import { type ApiCall, type Authorize, type Decision, LAYERS, type Layer } from './call.ts'
import { principalContext, requestContext } from './context.ts'
import { anonymousContext, type EngineRequest, normalizeContext, validatePolicy } from './engine.ts'
import { FULL_AWS_ACCESS } from './full-access.ts'
import { refusalMessage } from './messages.ts'
import { createPrincipals, type Principal } from './principals.ts'
import { layerVerdicts, type Policies, type Verdicts } from './verdicts.ts'

export { type ApiCall, type Authorize, type Decision, LAYERS, type Layer, type Session } from './call.ts'

export interface AuthorizeOptions {
  /** Layers that refuse nothing, to show that the other layers stop a call. A function can leave out a layer for some calls only. */
  readonly without?: readonly Layer[] | ((call: ApiCall) => readonly Layer[])
  /** Seconds since 1970, for `aws:CurrentTime`. @default the machine's clock */
  readonly now?: () => number
}

/**
 * The single evaluator of IAM. It reads roles and policies from the ledger and the organisation, so a change applies to the next call.
 * @throws AwsError `MalformedPolicyDocument` for a policy that IAM would not have saved
 * @throws Error for an action that IAM does not have, or a resource that the action does not have
 */
export function createAuthorize(
  ledger: LedgerView,
  organization: Organization,
  options: AuthorizeOptions = {},
): Authorize {
  const { without = [], now = () => Date.now() / 1000 } = options
  const findPrincipal = createPrincipals(ledger, organization)
  return async (call) => {
    const principal = call.session === 'anonymous' ? undefined : findPrincipal(call.session.roleArn)
    const policies = policiesFor(call, principal, organization)
    await validateAll(policies, call)
    const request = await engineRequest(call, principal, organization, now())
    const absent = typeof without === 'function' ? without(call) : without
    return decide(call, layerVerdicts(policies, call.session, request, absent))
  }
}

function policiesFor(call: ApiCall, principal: Principal | undefined, organization: Organization): Policies {
  const { session, resourcePolicy, endpointPolicy } = call
  const atTheResource = {
    ...(resourcePolicy && { resource: resourcePolicy }),
    ...(endpointPolicy && { endpoint: endpointPolicy }),
  }
  // A caller without an identity has no policies. Only the policies of the resource and of the endpoint apply.
  if (session === 'anonymous') return atTheResource
  if (IDENTITY_FREE_ACTIONS.has(call.action)) return { ...atTheResource, identity: FULL_ACCESS }
  const account = organization.accounts.find(({ id }) => id === session.account)
  return {
    ...atTheResource,
    // A session whose role was deleted may do nothing.
    identity: principal?.policies ?? [],
    ...(principal?.boundary && { boundary: principal.boundary }),
    ...(session.sessionPolicies.length > 0 && { session: session.sessionPolicies }),
    serviceControl: account?.serviceControlPolicies ?? [],
  }
}

/** Actions that every signed caller may call, even if a policy denies them. */
const IDENTITY_FREE_ACTIONS: ReadonlySet<string> = new Set(['sts:GetCallerIdentity'])
const FULL_ACCESS: readonly PolicyDocument[] = [FULL_AWS_ACCESS]

async function validateAll(policies: Policies, { action }: ApiCall): Promise<void> {
  const { identity = [], boundary, session = [], resource, endpoint, serviceControl = [] } = policies
  for (const policy of identity) await validatePolicy('identity', policy, `of the caller of ${action}`)
  if (boundary) await validatePolicy('identity', boundary, `that bounds the caller of ${action}`)
  for (const policy of session) await validatePolicy('identity', policy, `of the session that calls ${action}`)
  if (resource) await validatePolicy('resource', resource, `of the resource of ${action}`)
  if (endpoint) await validatePolicy('resource', endpoint, `of the VPC endpoint that ${action} came through`)
  for (const policy of serviceControl) await validatePolicy('serviceControl', policy, 'of the organisation')
}

async function engineRequest(
  call: ApiCall,
  principal: Principal | undefined,
  organization: Organization,
  seconds: number,
): Promise<EngineRequest> {
  const { action, resource, session } = call
  const context = requestContext(call, organization, seconds)
  if (session === 'anonymous') return { action, resource, context: await anonymousContext(context) }
  const whole = { ...context, ...principalContext(session, principal, organization) }
  return { action, resource, context: await normalizeContext(action, resource, whole) }
}

/**
 * AWS's rules. A denial anywhere refuses the call. Within an account, the caller's own policies or the resource's policy must allow it; across
 * accounts, both must. A role's trust policy must always allow it. Boundary, session, endpoint and service control policies can only restrict.
 */
function decide(call: ApiCall, verdicts: Verdicts): Decision {
  const refusing = new Set(LAYERS.filter((layer) => verdicts[layer] === 'explicit'))
  const refuse = (layer: Layer) => refusing.add(layer)
  if (verdicts.serviceControl === 'implicit') refuse('serviceControl')
  if (verdicts.endpoint === 'implicit') refuse('endpoint')

  const granted = verdicts.grant === 'role' || verdicts.grant === 'session'
  const sameAccount = call.session !== 'anonymous' && call.session.account === call.resourceAccount
  if (call.session === 'anonymous') {
    // A service without resource policies (a key set) is open to everybody; a service with resource policies is not.
    if (verdicts.resource === 'implicit') refuse('resource')
  } else if (sameAccount && !isTrust(call)) {
    if (!granted && verdicts.identity === 'implicit') refuse('identity')
  } else {
    if (verdicts.resource !== 'allow') refuse('resource')
    if (!(sameAccount && granted) && verdicts.identity === 'implicit') refuse('identity')
  }
  // If a resource policy names the session itself, its grant is not restricted by the boundary of the role.
  if (!(sameAccount && verdicts.grant === 'session')) {
    if (verdicts.boundary === 'implicit') refuse('boundary')
    if (verdicts.session === 'implicit') refuse('session')
  }
  return refusing.size === 0 ? { allowed: true } : refusal(call, verdicts, refusing)
}

function refusal(call: ApiCall, verdicts: Verdicts, refusing: ReadonlySet<Layer>): Decision {
  const layers = LAYERS.filter((layer) => refusing.has(layer))
  const layer = layers.find((candidate) => verdicts[candidate] === 'explicit') ?? layers[0]
  if (!layer) throw new Error('A refusal needs a layer that refuses')
  const explicit = verdicts[layer] === 'explicit'
  const asker = call.session === 'anonymous' ? 'anonymous' : call.session.arn
  const { action, resource } = call
  const message = refusalMessage({ asker, action, resource, layer, explicit, trust: isTrust(call) })
  return { allowed: false, layer, layers, explicit, message }
}

const TRUST_ACTIONS: ReadonlySet<string> = new Set(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])
const isTrust = ({ action }: ApiCall) => TRUST_ACTIONS.has(action)
