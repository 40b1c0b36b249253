/** `aws.ram.PrincipalAssociation`. */

import { AwsError } from '../../../errors.ts'
import { isMember } from '../../../organization.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, others } from '../../../resource/values.ts'
import { SHARED_WITH } from '../../ec2/transit-gateway-state.ts'
import { associated, requireShare } from '../associations.ts'

export const principalAssociation: ResourceType = {
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
  permissions: associated('ram:Principal', 'principal'),
}
