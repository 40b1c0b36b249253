/**
 * Network interfaces that a deleted function leaves in its subnets. Lambda deletes them later, with the execution role of the function that made
 * them (terraform-provider-aws, `deleteLingeringENIs`, waits 45 minutes for it). If the role was deleted first, they stay in use, and their
 * subnet and security groups cannot be deleted.
 */
import type { Authorize } from '../../iam/authorize.ts'
import type { Change, Declared, Ledger } from '../../ledger/ledger.ts'
import { flag, known, text, texts } from '../../resource/values.ts'
import { type NetworkInterface, networkInterfacesOf, SUBNET } from '../ec2/network-interfaces.ts'
import { SECURITY_GROUP } from '../ec2/resources/security-group.ts'
import { ROLE } from '../iam/resources/role.ts'
import { serviceSession } from './execution-role.ts'
import { FUNCTION } from './resources/function.ts'

/** No program declares this type. It is in the ledger like every other resource that has an address and prevents deletions. */
export const LEFT_INTERFACE = 'aws:ec2/networkInterface:NetworkInterface'

const RETRY_MILLISECONDS = 1000

export interface LeftInterfacesOptions {
  readonly ledger: Ledger
  readonly authorize: Authorize
  /**
   * How long Lambda leaves the interfaces.
   * @default it deletes them with the function
   */
  readonly stayMilliseconds?: number
}

export interface LeftInterfaces {
  readonly effect: (change: Change) => Promise<void>
  close(): void
}

export function leftInterfaces({ ledger, authorize, stayMilliseconds = 0 }: LeftInterfacesOptions): LeftInterfaces {
  const tries = new Set<NodeJS.Timeout>()

  /** @returns whether Lambda has deleted it, or it was deleted in another way */
  async function collected({ urn, account, region, inputs }: Declared): Promise<boolean> {
    if (!ledger.byUrn(urn)) return true
    const role = ledger.findBy(ROLE, 'arn', known(inputs, 'role'))
    if (!role) return false
    const call = { action: 'ec2:DeleteNetworkInterface', resource: '*', resourceAccount: account, region, context: {} }
    const { allowed } = await authorize({ ...call, session: serviceSession(role) })
    if (allowed) await ledger.delete(urn)
    return allowed
  }

  function watch(resource: Declared): void {
    const trying = setInterval(async () => {
      if (!(await collected(resource))) return
      clearInterval(trying)
      tries.delete(trying)
    }, stayMilliseconds || RETRY_MILLISECONDS)
    trying.unref()
    tries.add(trying)
  }
  // Left before this process began.
  for (const resource of ledger.all(LEFT_INTERFACE)) watch(resource)

  return {
    async effect({ kind, resource }) {
      if (stayMilliseconds === 0 || kind !== 'deleted' || resource.type !== FUNCTION) return
      for (const one of networkInterfacesOf(resource)) {
        const left = leftBy(resource, one)
        // In a process that does everything at once, its subnet may be deleted as well.
        const holders = [[SUBNET, one.subnetId], ...left.securityGroupIds.map((id) => [SECURITY_GROUP, id])] as const
        if (!holders.every(([type = '', id = '']) => ledger.find(type, id))) continue
        const kept = declared(resource, left)
        await ledger.put(kept)
        watch(kept)
      }
    },
    close() {
      for (const trying of tries) clearInterval(trying)
    },
  }
}

/** An interface in the function's place, with the security groups to which the function was moved before its deletion. */
function leftBy({ inputs }: Declared, one: NetworkInterface): NetworkInterface {
  const parked = flag(inputs, 'replaceSecurityGroupsOnDestroy') === true
  return parked ? { ...one, securityGroupIds: texts(inputs, 'replacementSecurityGroupIds') } : one
}

function declared({ id, account, region, inputs }: Declared, one: NetworkInterface): Declared {
  const { subnetId, securityGroupIds: securityGroups } = one
  const description = `AWS Lambda VPC ENI-${id}-${one.id}`
  return {
    urn: `urn:pulumi:lambda::aws::${LEFT_INTERFACE}::${one.id}`,
    type: LEFT_INTERFACE,
    id: one.id,
    account,
    region,
    inputs: { subnetId, securityGroups, description, role: text(inputs, 'role') ?? '' },
    outputs: { description, elasticNetworkInterfaces: [{ ...one }] },
    options: { dependencies: [], protect: false, retainOnDelete: false },
  }
}
