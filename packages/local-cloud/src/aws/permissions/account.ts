/** What concerns an account as a whole: what it shares, what it records, what it is alarmed by. */
import { arn, known, object, text } from '../../resource/values.ts'
import { streamsOf } from './lambda.ts'
import {
  call,
  calls,
  changed,
  lifeCycle,
  newTags,
  ownTags,
  type Permissions,
  passRole,
  retag,
  when,
} from './permission.ts'

const share = lifeCycle((situation, { outputs }) => {
  const shareArn = known(outputs, 'arn')
  const on = (action: string) => call(`ram:${action}`, shareArn, ownTags(situation))
  return {
    create: [
      call('ram:CreateResourceShare', '*', newTags(situation)),
      call('ram:TagResource', shareArn, newTags(situation)),
    ],
    read: [...calls('ram:GetResourceShares'), on('ListResourceSharePermissions')],
    update: [
      ...when(changed(situation, 'name', 'allowExternalPrincipals'), on('UpdateResourceShare')),
      ...retag(situation, { add: 'ram:TagResource', remove: 'ram:UntagResource' }, shareArn),
    ],
    delete: [on('DeleteResourceShare'), ...calls('ram:GetResourceShares')],
  }
})

/** Something or somebody of a share: `ram:ResourceArn`, `ram:Principal`. */
const associated = (key: string, input: string): Permissions =>
  lifeCycle(({ inputs }) => {
    const one = { [key]: known(inputs, input) }
    const on = (action: string) => call(`ram:${action}`, known(inputs, 'resourceShareArn'), one)
    const read = calls('ram:GetResourceShareAssociations')
    return {
      create: [on('AssociateResourceShare')],
      read,
      delete: [on('DisassociateResourceShare'), ...read],
    }
  })

const shareAccepter = lifeCycle(({ inputs }, { outputs }) => {
  const read = calls('ram:GetResourceShareInvitations', 'ram:GetResourceShares', 'ram:ListResources')
  return {
    create: [
      ...calls('ram:GetResourceShareInvitations'),
      call('ram:AcceptResourceShareInvitation', known(outputs, 'invitationArn')),
    ],
    read,
    delete: [call('ram:DisassociateResourceShare', known(inputs, 'shareArn')), ...calls('ram:GetResourceShares')],
  }
})

/** One per account and region: it has no ARN. */
const invocationLogging = lifeCycle(({ inputs }) => {
  const destination = object(object(inputs, 'loggingConfig') ?? {}, 'cloudwatchConfig')
  const role = text(destination ?? {}, 'roleArn')
  const put = [
    ...(role === undefined ? [] : [passRole(role, 'bedrock.amazonaws.com')]),
    ...calls('bedrock:PutModelInvocationLoggingConfiguration'),
  ]
  return {
    create: put,
    read: calls('bedrock:GetModelInvocationLoggingConfiguration'),
    update: put,
    delete: calls('bedrock:DeleteModelInvocationLoggingConfiguration'),
  }
})

const metricFilter = lifeCycle((situation) => {
  const group = streamsOf(arn(situation, 'logs', `log-group:${known(situation.inputs, 'logGroupName')}`))
  const on = (action: string) => [call(`logs:${action}`, group)]
  return {
    create: on('PutMetricFilter'),
    read: on('DescribeMetricFilters'),
    update: on('PutMetricFilter'),
    delete: on('DeleteMetricFilter'),
  }
})

const subscriptionFilter = lifeCycle((situation) => {
  const group = streamsOf(arn(situation, 'logs', `log-group:${known(situation.inputs, 'logGroup')}`))
  const on = (action: string) => [call(`logs:${action}`, group)]
  return {
    create: on('PutSubscriptionFilter'),
    read: on('DescribeSubscriptionFilters'),
    update: on('PutSubscriptionFilter'),
    delete: on('DeleteSubscriptionFilter'),
  }
})

const metricAlarm = lifeCycle((situation, { outputs }) => {
  const alarmArn = known(outputs, 'arn')
  const on = (action: string, context = {}) =>
    call(`cloudwatch:${action}`, alarmArn, { ...ownTags(situation), ...context })
  const others = Object.keys({ ...situation.inputs, ...situation.current?.inputs }).filter((name) => name !== 'tags')
  const tagged = Object.keys(newTags(situation)).length > 0
  return {
    create: [on('PutMetricAlarm', newTags(situation)), ...when(tagged, on('TagResource', newTags(situation)))],
    // Seen denied to a role that may read `alarm:*`: AWS asks without a resource.
    read: [...calls('cloudwatch:DescribeAlarms'), on('ListTagsForResource')],
    update: [
      ...when(changed(situation, ...others), on('PutMetricAlarm')),
      ...retag(situation, { add: 'cloudwatch:TagResource', remove: 'cloudwatch:UntagResource' }, alarmArn),
    ],
    delete: [on('DeleteAlarms')],
  }
})

export const accountPermissions: Readonly<Record<string, Permissions>> = {
  'aws:ram/resourceShare:ResourceShare': share,
  'aws:ram/resourceAssociation:ResourceAssociation': associated('ram:ResourceArn', 'resourceArn'),
  'aws:ram/principalAssociation:PrincipalAssociation': associated('ram:Principal', 'principal'),
  'aws:ram/resourceShareAccepter:ResourceShareAccepter': shareAccepter,
  'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration': invocationLogging,
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': metricFilter,
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': subscriptionFilter,
  'aws:cloudwatch/metricAlarm:MetricAlarm': metricAlarm,
}
