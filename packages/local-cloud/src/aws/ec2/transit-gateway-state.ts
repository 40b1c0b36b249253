/** The state of a Transit Gateway: who may see it, and whether an attachment carries traffic. */
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import { isMember, type Organization } from '../../organization.ts'

export const TRANSIT_GATEWAY = 'aws:ec2transitgateway/transitGateway:TransitGateway'
export const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'
export const ACCEPTER = 'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter'
export const SHARE = 'aws:ram/resourceShare:ResourceShare'
export const SHARED_RESOURCE = 'aws:ram/resourceAssociation:ResourceAssociation'
export const SHARED_WITH = 'aws:ram/principalAssociation:PrincipalAssociation'
export const SHARE_ACCEPTER = 'aws:ram/resourceShareAccepter:ResourceShareAccepter'

export type AttachmentState = 'available' | 'pendingAcceptance'

/** The attachment of a VPC to a Transit Gateway. */
export const attachmentOf = (ledger: LedgerView, transitGatewayId: string, vpcId: string): Declared | undefined =>
  ledger.where(ATTACHMENT, 'vpcId', vpcId).find(({ inputs }) => inputs.transitGatewayId === transitGatewayId)

/**
 * An attachment of the gateway's own account is available at once; so is one of another account, if the gateway accepts shared attachments
 * automatically. Any other waits for its accepter.
 */
export function attachmentState(ledger: LedgerView, attachment: Declared): AttachmentState {
  const gateway = ledger.find(TRANSIT_GATEWAY, String(attachment.inputs.transitGatewayId))
  if (gateway?.account === attachment.account) return 'available'
  if (gateway?.inputs.autoAcceptSharedAttachments === 'enable') return 'available'
  const accepted = ledger.where(ACCEPTER, 'transitGatewayAttachmentId', attachment.id).length > 0
  return accepted ? 'available' : 'pendingAcceptance'
}

/** Whether an account may use a Transit Gateway: because it owns it, or because it is shared with it through RAM. */
export function seesTransitGateway(
  ledger: LedgerView,
  organization: Organization,
  account: string,
  transitGateway: Declared,
): boolean {
  if (transitGateway.account === account) return true
  const shares = ledger
    .where(SHARED_RESOURCE, 'resourceArn', transitGateway.outputs.arn ?? null)
    .map(({ inputs }) => inputs.resourceShareArn)
  const sharedWith = (principal: string) =>
    ledger
      .where(SHARED_WITH, 'principal', principal)
      .filter(({ inputs }) => shares.includes(inputs.resourceShareArn ?? null))
  const everybody = [organization.arn, ...unitsOf(organization, account)]
  if (organization.ramSharing && everybody.some((principal) => sharedWith(principal).length > 0)) return true
  return sharedWith(account).some(({ inputs }) => {
    if (organization.ramSharing && isMember(organization, account)) return true
    return ledger
      .where(SHARE_ACCEPTER, 'shareArn', inputs.resourceShareArn ?? null)
      .some((accepter) => accepter.account === account)
  })
}

/** The ARNs of the organisational units that contain the account. */
const unitsOf = (organization: Organization, account: string): readonly string[] =>
  organization.accounts.find(({ id }) => id === account)?.units ?? []
