/** `aws.ram.ResourceAssociation`. */

import { AwsError } from '../../../errors.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { SHARED_RESOURCE, TRANSIT_GATEWAY } from '../../ec2/transit-gateway-state.ts'
import { associated, requireShare } from '../associations.ts'

export const resourceAssociation: ResourceType = {
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
  permissions: associated('ram:ResourceArn', 'resourceArn'),
}
