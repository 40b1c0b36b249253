/** `aws.oam.Sink`: other accounts link to it, to share their CloudWatch data. */
import { AwsError } from '../../../errors.ts'
import { call, lifeCycle, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, known, others, uuid } from '../../../resource/values.ts'

export const SINK = 'aws:oam/sink:Sink'

export const sink: ResourceType = {
  type: SINK,
  inputs: ['name', 'tags'],
  required: ['name'],
  replaces: ['name'],
  // A sink with links cannot be deleted. Its own policy is deleted with it.
  heldCode: 'ConflictException',
  refuse(situation) {
    if (!/^[a-zA-Z0-9_.-]{1,255}$/.test(known(situation.inputs, 'name')))
      throw new AwsError(
        'InvalidParameterException',
        'The name has letters, digits, dots, hyphens and underscores only.',
      )
    if (others(situation, SINK).length > 0)
      throw new AwsError('ServiceQuotaExceededException', 'An account has one sink in a region, and this one has it.')
  },
  answer(situation) {
    const sinkId = uuid(situation)
    const id = arn(situation, 'oam', `sink/${sinkId}`)
    return { id, outputs: { arn: id, sinkId } }
  },
  permissions: lifeCycle((situation, { id }) => {
    const on = (action: string) => call(`oam:${action}`, id, ownTags(situation))
    return {
      create: [call('oam:CreateSink', '*', newTags(situation)), call('oam:TagResource', id, newTags(situation))],
      read: [on('GetSink'), on('ListTagsForResource')],
      update: retag(situation, { add: 'oam:TagResource', remove: 'oam:UntagResource' }, id),
      delete: [on('DeleteSink')],
    }
  }),
}
