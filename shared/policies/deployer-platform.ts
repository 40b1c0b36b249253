/** What the platform team's deployer needs in the hub's account: the hub's stack, and the operators' commands. */
import { certificateAndRecords } from './deployer-certificate.ts'
import { access, sharing } from './deployer-platform-access.ts'
import { auditTrail, storage, userPool } from './deployer-platform-data.ts'
import { fargate, image } from './deployer-platform-fargate.ts'
import { firewall, loadBalancer } from './deployer-platform-front.ts'
import { keySets } from './deployer-platform-identity.ts'
import { network } from './deployer-platform-network.ts'
import { operation } from './deployer-platform-operation.ts'
import { privateDoor } from './deployer-platform-private.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import { type PolicyDocument, policy } from './document.ts'

/** The role that the samples call `platform-deployer`. Managed policies: together they are longer than one may be. */
export function platformDeployerPolicies(
  scope: DeployerScope,
): Readonly<
  Record<
    'network' | 'front' | 'data' | 'access' | 'fargate' | 'operation' | 'identity' | 'image' | 'private',
    PolicyDocument
  >
> {
  return {
    network: policy(...network(scope)),
    front: policy(...loadBalancer(scope), ...firewall(scope), ...certificateAndRecords(scope)),
    data: policy(...storage(scope), ...userPool(scope), ...auditTrail(scope)),
    access: policy(...access(scope), ...sharing(scope)),
    // Of a hub with the setting `fargate` only.
    fargate: policy(...fargate(scope)),
    // Of a hub with the setting `endpointService` only.
    private: policy(...privateDoor(scope)),
    operation: policy(...operation(scope)),
    identity: policy(...keySets(scope)),
    // Of whoever puts the gateway's image into the hub's repository, and of nobody else.
    image: policy(...image(scope)),
  }
}
