/** `aws.cloudwatch.EventTarget`: what a rule invokes. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, others, text } from '../../../resource/values.ts'

export const EVENT_TARGET = 'aws:cloudwatch/eventTarget:EventTarget'

/** AWS's quota of targets for a rule. */
const TARGETS_OF_A_RULE = 5

export const eventTarget: ResourceType = {
  type: EVENT_TARGET,
  inputs: ['rule', 'targetId', 'arn', 'input'],
  required: ['rule', 'arn'],
  named: 'targetId',
  replaces: ['rule', 'targetId'],
  heldThrough: [],
  // A target stays when its function is deleted; it then invokes nothing.
  releases: ['arn'],
  refuse(situation) {
    const { inputs, ledger, account, region } = situation
    const rule = known(inputs, 'rule')
    const there = ledger.find('aws:cloudwatch/eventRule:EventRule', rule)
    if (there?.account !== account || there.region !== region)
      throw new AwsError('ResourceNotFoundException', `Rule ${rule} does not exist on EventBus default.`)
    const target = known(inputs, 'arn')
    if (!target.startsWith('arn:aws:lambda:'))
      throw new UnsupportedError(`the target ${target} of ${EVENT_TARGET}: only functions are known`)
    const input = text(inputs, 'input')
    try {
      if (input !== undefined) JSON.parse(input)
    } catch {
      throw new AwsError('ValidationException', 'Parameter(s) Input is not valid JSON')
    }
    if (others(situation, EVENT_TARGET, ['rule', rule]).length >= TARGETS_OF_A_RULE)
      throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.')
  },
  answer(situation) {
    const targetId = autoName(situation, 'targetId')
    return { id: `${known(situation.inputs, 'rule')}-${targetId}`, outputs: { targetId, eventBusName: 'default' } }
  },
  permissions: lifeCycle((situation) => {
    const rule = known(situation.inputs, 'rule')
    const declared = situation.ledger.find('aws:cloudwatch/eventRule:EventRule', rule)
    const on = (action: string, context = {}) => [
      call(`events:${action}`, arn(situation, 'events', `rule/${rule}`), {
        ...resourceTags(declared?.outputs),
        ...context,
      }),
    ]
    const put = on('PutTargets', { 'events:TargetArn': known(situation.inputs, 'arn') })
    return { create: put, read: on('ListTargetsByRule'), update: put, delete: on('RemoveTargets') }
  }),
  importId: {
    format: 'RULE/TARGET or EVENTBUS/RULE/TARGET',
    pattern: /^([^/]+\/)?[^/]+\/[^/]+$/,
    of: ({ outputs }) => {
      const id = `${idPart(outputs, 'rule')}/${idPart(outputs, 'targetId')}`
      return [id, `default/${id}`]
    },
  },
}
