/** IAM under observation: every decision is kept, and whole layers of policies can be left out. */
import type { ApiCall, Layer as IamLayer } from '@genai/local-cloud/iam/authorize'
import { createAuthorize, type Decision, LAYERS as IAM_LAYERS } from '@genai/local-cloud/iam/authorize'
import {
  executionRoleName,
  onboardingRoleName,
  taskExecutionRoleName,
  taskRoleName,
  tenantRoleName,
} from '../../../shared/naming.ts'
import { inOrder, type Layer } from '../layers.ts'

export interface Iam {
  readonly createAuthorize: typeof createAuthorize
  /** Layers that refuse nothing from now on. */
  leaveOut(layers: ReadonlySet<Layer>): void
  isOff(layer: Layer): boolean
  /** What refused since the last `forget`, in words. */
  refusals(): { readonly by: readonly Layer[]; readonly message: string } | undefined
  forget(): void
}

export function createIam(): Iam {
  let absent: ReadonlySet<Layer> = new Set()
  let refused: { readonly call: ApiCall; readonly decision: Extract<Decision, { allowed: false }> }[] = []
  return {
    createAuthorize(ledger, organization, options) {
      const without = (call: ApiCall) => IAM_LAYERS.filter((layer) => absent.has(layerOf(call, layer)))
      const authorize = createAuthorize(ledger, organization, { ...options, without })
      return async (call) => {
        const decision = await authorize(call)
        if (!decision.allowed) refused.push({ call, decision })
        return decision
      }
    },
    leaveOut(layers) {
      absent = layers
    },
    isOff: (layer) => absent.has(layer),
    refusals() {
      const last = refused.at(-1)
      return last && { by: layersOf(last.call, last.decision), message: last.decision.message }
    },
    forget() {
      refused = []
    },
  }
}

/** All that refuse, the one that AWS's message names first. */
function layersOf(call: ApiCall, { layer, layers }: Extract<Decision, { allowed: false }>): readonly Layer[] {
  return [...new Set([layerOf(call, layer), ...inOrder(layers.map((one) => layerOf(call, one)))])]
}

/** The layer that a policy is: the same kind of policy is a different layer depending on whose it is. */
function layerOf({ action, session, resourceAccount }: ApiCall, layer: IamLayer): Layer {
  switch (layer) {
    case 'boundary':
      return 'permissionsBoundary'
    case 'endpoint':
      return 'endpointPolicy'
    case 'serviceControl':
      return 'serviceControl'
    case 'resource':
      if (action.startsWith('sts:')) return 'trustPolicy'
      // To a caller from elsewhere it is the account that lets nobody in, whether the table has a policy or not.
      if (session !== 'anonymous' && session.account !== resourceAccount) return 'otherAccount'
      return action.startsWith('dynamodb:') ? 'tablePolicy' : 'otherAccount'
    case 'identity':
    case 'session':
      return session === 'anonymous' ? 'callerPolicy' : policyOf(session.roleArn)
  }
}

function policyOf(roleArn: string): Layer {
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  if (name === onboardingRoleName) return 'onboardingRole'
  const ofGateways = [executionRoleName(''), taskRoleName(''), taskExecutionRoleName('')]
  if (ofGateways.some((one) => name.startsWith(one))) return 'executionRole'
  return name.startsWith(tenantRoleName('')) ? 'spokeRole' : 'callerPolicy'
}
