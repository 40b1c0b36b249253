/** `aws.ram`: shares. An account sees another account's Transit Gateway only through one. */
import { AwsError } from '../../errors.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { arn, flag, known, others, requireOwn, texts } from '../../resource/values.ts'
import {
  isMember,
  SHARE,
  SHARE_ACCEPTER,
  SHARED_RESOURCE,
  SHARED_WITH,
  TRANSIT_GATEWAY,
} from '../ec2/transit-gateway-state.ts'

const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

const share: ResourceType = {
  type: SHARE,
  inputs: ['name', 'allowExternalPrincipals', 'permissionArns', 'tags'],
  named: 'name',
  replaces: ['permissionArns'],
  defaults: { allowExternalPrincipals: false },
  refuse({ inputs }) {
    const custom = texts(inputs, 'permissionArns').filter((one) => !one.startsWith('arn:aws:ram::aws:permission/'))
    if (custom.length > 0) throw new AwsError('UnknownResourceException', `Permission ${custom[0]} could not be found.`)
  },
  answer(situation) {
    const id = arn(situation, 'ram', `resource-share/${uuid(situation.stableToken(32))}`)
    const name = situation.inputs.name ?? `${situation.name}-${situation.stableToken(7, 'name')}`
    return {
      id,
      outputs: { arn: id, name, allowExternalPrincipals: flag(situation.inputs, 'allowExternalPrincipals') ?? false },
    }
  },
}

const requireShare = (situation: Situation) => {
  const id = known(situation.inputs, 'resourceShareArn')
  return requireOwn(situation, SHARE, id, 'UnknownResourceException', `ResourceShare ${id} could not be found.`)
}

const resource: ResourceType = {
  type: SHARED_RESOURCE,
  inputs: ['resourceArn', 'resourceShareArn'],
  required: ['resourceArn', 'resourceShareArn'],
  replaces: ['resourceArn', 'resourceShareArn'],
  releases: ['resourceShareArn'],
  refuse(situation) {
    requireShare(situation)
    const resourceArn = known(situation.inputs, 'resourceArn')
    const found = situation.ledger.findBy(TRANSIT_GATEWAY, 'arn', resourceArn)
    if (found?.account !== situation.account)
      throw new AwsError(
        'MalformedArnException',
        `The resource ${resourceArn} cannot be shared: it is not a Transit Gateway of this account.`,
      )
  },
  answer: ({ inputs }) => ({ id: `${known(inputs, 'resourceShareArn')},${known(inputs, 'resourceArn')}`, outputs: {} }),
}

const principal: ResourceType = {
  type: SHARED_WITH,
  inputs: ['principal', 'resourceShareArn'],
  required: ['principal', 'resourceShareArn'],
  replaces: ['principal', 'resourceShareArn'],
  releases: 'all',
  refuse(situation) {
    const { organization } = situation
    const found = requireShare(situation)
    const name = known(situation.inputs, 'principal')
    const isAccount = /^\d{12}$/.test(name)
    const units = organization.accounts.flatMap((account) => account.units ?? [])
    if (!isAccount && name !== organization.arn && !units.includes(name))
      throw new AwsError('InvalidParameterException', `Principal ${name} is not valid.`)
    if (!isAccount && !organization.ramSharing)
      throw new AwsError(
        'OperationNotPermittedException',
        'The resource you are attempting to share can only be shared within your AWS Organization. This error may also occur if you have not enabled sharing with your AWS organization, or that onboarding is still in progress.',
      )
    const inside = !isAccount || (organization.ramSharing && isMember(organization, name))
    if (!inside && found.outputs.allowExternalPrincipals !== true)
      throw new AwsError(
        'OperationNotPermittedException',
        `Principal ${name} is not in your AWS organization, and the resource share does not allow external principals.`,
      )
    if (others(situation, SHARED_WITH, ['principal', name]).some(({ inputs }) => inputs.resourceShareArn === found.id))
      throw new AwsError('InvalidParameterException', `Principal ${name} is already associated with ${found.id}.`)
  },
  answer: ({ inputs }) => ({ id: `${known(inputs, 'resourceShareArn')},${known(inputs, 'principal')}`, outputs: {} }),
}

const accepter: ResourceType = {
  type: SHARE_ACCEPTER,
  inputs: ['shareArn'],
  required: ['shareArn'],
  replaces: ['shareArn'],
  releases: 'all',
  refuse(situation) {
    const { ledger, organization, account } = situation
    const shareArn = known(situation.inputs, 'shareArn')
    // Inside an organisation that shares there is no invitation: the share is simply there.
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
    const invitation = uuid(situation.stableToken(32, 'invitation'))
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
}

export const ram: readonly ResourceType[] = [share, resource, principal, accepter]
