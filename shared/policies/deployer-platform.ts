/** The permissions of the platform team's deployer in the hub's account: for the hub's stack and for the operators' commands. */
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

/** The role that the samples call `platform-deployer`. It has several managed policies, because together they are longer than one may be. */
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
    // Needed for a hub with the setting `fargate` only.
    fargate: policy(...fargate(scope)),
    // Needed for a hub with the setting `endpointService` only.
    private: policy(...privateDoor(scope)),
    operation: policy(...operation(scope)),
    identity: policy(...keySets(scope)),
    // Needed only by those who push the gateway's image into the hub's repository.
    image: policy(...image(scope)),
  }
}
