/** `aws.cloudwatch.EventRule`: a rule of EventBridge with a schedule. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, others } from '../../../resource/values.ts'
import { EVENT_TARGET } from './event-target.ts'

export const EVENT_RULE = 'aws:cloudwatch/eventRule:EventRule'

const RATE = /^rate\((\d+) (minute|minutes|hour|hours|day|days)\)$/
const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 }

/**
 * The seconds in an expression such as `rate(1 minute)`.
 * @throws AwsError for any other expression
 */
export function secondsOf(expression: string): number {
  if (expression.startsWith('cron(')) throw new UnsupportedError(`the schedule ${expression} of ${EVENT_RULE}`)
  const [, count = '', unit = ''] = RATE.exec(expression) ?? []
  const value = Number(count)
  if (value < 1 || (value === 1) === unit.endsWith('s'))
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.')
  return value * (SECONDS[unit.replace(/s$/, '')] ?? 0)
}

export const eventRule: ResourceType = {
  type: EVENT_RULE,
  inputs: ['name', 'description', 'scheduleExpression', 'state', 'tags'],
  required: ['scheduleExpression'],
  named: 'name',
  replaces: ['name'],
  defaults: { state: 'ENABLED' },
  heldCode: 'ValidationException',
  heldThrough: [`${EVENT_TARGET}.rule`],
  refuse(situation) {
    const name = autoName(situation)
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name))
      throw new AwsError('ValidationException', `Value '${name}' at 'name' failed to satisfy constraint`)
    // `PutRule` would change an existing rule, and two stacks must not share one unnoticed.
    if (others(situation, EVENT_RULE, ['name', name]).length > 0)
      throw new UnsupportedError(`a second ${EVENT_RULE} named ${name}, which would overwrite the first`)
    secondsOf(known(situation.inputs, 'scheduleExpression'))
  },
  answer(situation) {
    const name = autoName(situation)
    return {
      id: name,
      outputs: { name, arn: arn(situation, 'events', `rule/${name}`), eventBusName: 'default' },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const ruleArn = known(outputs, 'arn')
    const on = (action: string, context = {}) =>
      call(`events:${action}`, ruleArn, { ...ownTags(situation), ...context })
    const tagged = Object.keys(newTags(situation)).length > 0
    return {
      create: [on('PutRule', newTags(situation)), ...when(tagged, on('TagResource', newTags(situation)))],
      read: [on('DescribeRule'), on('ListTagsForResource')],
      update: [
        ...when(changed(situation, 'description', 'scheduleExpression', 'state'), on('PutRule', newTags(situation))),
        ...retag(situation, { add: 'events:TagResource', remove: 'events:UntagResource' }, ruleArn),
      ],
      delete: [on('DeleteRule')],
    }
  }),
}
