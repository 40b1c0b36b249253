/** Records every decision of IAM, and can leave whole layers of policies out of the evaluation. */
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
  /** From now on these layers refuse nothing. */
  leaveOut(layers: ReadonlySet<Layer>): void
  isOff(layer: Layer): boolean
  /** The layers that refused since the last `forget`, with their messages. */
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

/** All layers that refuse; the one in AWS's message comes first. */
function layersOf(call: ApiCall, { layer, layers }: Extract<Decision, { allowed: false }>): readonly Layer[] {
  return [...new Set([layerOf(call, layer), ...inOrder(layers.map((one) => layerOf(call, one)))])]
}

/** The layer of the proof to which a policy belongs, which depends on whose policy it is. */
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
      // For a caller of another account, the account's isolation refuses, whether or not the table has a policy.
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
