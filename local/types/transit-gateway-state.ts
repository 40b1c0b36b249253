/** What several families ask about a Transit Gateway: who may see it, and whether an attachment carries traffic. */
import type { Declared, LedgerView } from '../ledger.ts'
import type { Organization } from '../organization.ts'

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
  ledger.all(ATTACHMENT).find(({ inputs }) => inputs.transitGatewayId === transitGatewayId && inputs.vpcId === vpcId)

/**
 * An attachment of the gateway's own account is available at once, and so is one of another account when the gateway accepts
 * shared attachments by itself; any other waits for its accepter.
 */
export function attachmentState(ledger: LedgerView, attachment: Declared): AttachmentState {
  const gateway = ledger.find(TRANSIT_GATEWAY, String(attachment.inputs.transitGatewayId))
  if (gateway?.account === attachment.account) return 'available'
  if (gateway?.inputs.autoAcceptSharedAttachments === 'enable') return 'available'
  const accepted = ledger.all(ACCEPTER).some(({ inputs }) => inputs.transitGatewayAttachmentId === attachment.id)
  return accepted ? 'available' : 'pendingAcceptance'
}

/** Whether an account may use a Transit Gateway: its own, or shared with it through RAM. */
export function seesTransitGateway(
  ledger: LedgerView,
  organization: Organization,
  account: string,
  transitGateway: Declared,
): boolean {
  if (transitGateway.account === account) return true
  const shares = ledger
    .all(SHARED_RESOURCE)
    .filter(({ inputs }) => inputs.resourceArn === transitGateway.outputs.arn)
    .map(({ inputs }) => inputs.resourceShareArn)
  return ledger.all(SHARED_WITH).some(({ inputs }) => {
    if (!shares.includes(inputs.resourceShareArn ?? null)) return false
    const principal = String(inputs.principal)
    if (principal === organization.arn || isUnit(organization, account, principal)) return organization.ramSharing
    if (principal !== account) return false
    if (organization.ramSharing && isMember(organization, account)) return true
    return ledger
      .all(SHARE_ACCEPTER)
      .some((accepter) => accepter.account === account && accepter.inputs.shareArn === inputs.resourceShareArn)
  })
}

/** Whether an account belongs to the organisation. Those that do get shares without an invitation. */
export const isMember = (organization: Organization, account: string): boolean =>
  organization.accounts.some(({ id, outside }) => id === account && outside !== true)

/** Whether `principal` is the ARN of an organisational unit that the account is in. */
const isUnit = (organization: Organization, account: string, principal: string): boolean =>
  organization.accounts.find(({ id }) => id === account)?.units?.includes(principal) ?? false
