/** `aws.ram.ResourceShareAccepter`. */

import { AwsError } from '../../../errors.ts'
import { isMember } from '../../../organization.ts'
import { call, calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, uuid } from '../../../resource/values.ts'
import { SHARE, SHARE_ACCEPTER, SHARED_RESOURCE, SHARED_WITH } from '../../ec2/transit-gateway-state.ts'

export const resourceShareAccepter: ResourceType = {
  type: SHARE_ACCEPTER,
  inputs: ['shareArn'],
  required: ['shareArn'],
  replaces: ['shareArn'],
  releases: 'all',
  refuse(situation) {
    const { ledger, organization, account } = situation
    const shareArn = known(situation.inputs, 'shareArn')
    // If sharing is on inside an organisation, there is no invitation: the share exists at once.
    const invited =
      !(organization.ramSharing && isMember(organization, account)) &&
      ledger.where(SHARED_WITH, 'principal', account).some(({ inputs }) => inputs.resourceShareArn === shareArn)
    if (!invited)
      throw new AwsError(
        'ResourceShareInvitationArnNotFoundException',
        `No RAM Resource Share (${shareArn}) invitation found. If both AWS accounts are in the same AWS Organization and RAM Sharing with AWS Organizations is enabled, this resource is not necessary.`,
      )
  },
  answer(situation) {
    const shareArn = known(situation.inputs, 'shareArn')
    const shared = situation.ledger.find(SHARE, shareArn)
    const invitation = uuid(situation, 'invitation')
    return {
      id: shareArn,
      outputs: {
        shareId: `rs-${shareArn.slice(shareArn.lastIndexOf('/') + 1)}`,
        shareName: shared?.outputs.name ?? null,
        senderAccountId: shared?.account ?? null,
        receiverAccountId: situation.account,
        status: 'ACTIVE',
        invitationArn: `arn:aws:ram:${situation.region}:${shared?.account}:resource-share-invitation/${invitation}`,
        resources: situation.ledger
          .all(SHARED_RESOURCE)
          .filter(({ inputs }) => inputs.resourceShareArn === shareArn)
          .map(({ inputs }) => known(inputs, 'resourceArn')),
      },
    }
  },
  permissions: lifeCycle(({ inputs }, { outputs }) => {
    const read = calls('ram:GetResourceShareInvitations', 'ram:GetResourceShares', 'ram:ListResources')
    return {
      create: [
        ...calls('ram:GetResourceShareInvitations'),
        call('ram:AcceptResourceShareInvitation', known(outputs, 'invitationArn')),
      ],
      read,
      delete: [call('ram:DisassociateResourceShare', known(inputs, 'shareArn')), ...calls('ram:GetResourceShares')],
    }
  }),
}
