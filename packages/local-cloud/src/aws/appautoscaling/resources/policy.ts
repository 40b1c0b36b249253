/** `aws.appautoscaling.Policy`: target tracking. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, number, object, objects, others, text } from '../../../resource/values.ts'
import { TARGET_GROUP } from '../../load-balancer/listener-actions.ts'
import { LOAD_BALANCER } from '../../load-balancer/resources/load-balancer.ts'
import { KEY, requireEcs, SCALING_POLICY, sameTarget, scaling, TARGET } from '../calls.ts'

const TRACKING = 'targetTrackingScalingPolicyConfiguration'

const PREDEFINED = ['ECSServiceAverageCPUUtilization', 'ECSServiceAverageMemoryUtilization', 'ALBRequestCountPerTarget']

const CUSTOM = `${TRACKING}.customizedMetricSpecification`

const validation = (message: string) => new AwsError('ValidationException', message)

export const scalingPolicy: ResourceType = {
  type: SCALING_POLICY,
  inputs: [
    ...KEY,
    'name',
    'policyType',
    ...['targetValue', 'disableScaleIn', 'scaleInCooldown', 'scaleOutCooldown'].map((name) => `${TRACKING}.${name}`),
    ...['predefinedMetricType', 'resourceLabel'].map((name) => `${TRACKING}.predefinedMetricSpecification.${name}`),
    ...['namespace', 'metricName', 'statistic', 'unit', 'dimensions.name', 'dimensions.value'].map(
      (name) => `${CUSTOM}.${name}`,
    ),
    // A metric that is computed from others: `m1 / m2`.
    ...['id', 'expression', 'label', 'returnData'].map((name) => `${CUSTOM}.metrics.${name}`),
    ...[
      'stat',
      'unit',
      'metric.namespace',
      'metric.metricName',
      'metric.dimensions.name',
      'metric.dimensions.value',
    ].map((name) => `${CUSTOM}.metrics.metricStat.${name}`),
  ],
  required: [...KEY],
  named: 'name',
  replaces: ['name', ...KEY],
  defaults: { policyType: 'StepScaling' },
  releases: 'all',
  refuse(situation) {
    const { inputs } = situation
    requireEcs(SCALING_POLICY, inputs)
    if (text(inputs, 'policyType') !== 'TargetTrackingScaling')
      throw new UnsupportedError(`policyType "${text(inputs, 'policyType') ?? 'StepScaling'}" of ${SCALING_POLICY}`)
    if (!targetOf(situation))
      throw new AwsError(
        'ObjectNotFoundException',
        `No scalable target registered for service namespace: ecs, resource ID: ${inputs.resourceId}, scalable dimension: ${inputs.scalableDimension}`,
      )
    refuseTracking(situation, object(inputs, TRACKING) ?? {})
  },
  answer: (situation) => {
    const name = autoName(situation)
    const token = situation.stableToken(32, 'policy')
    const path = `${token}:resource/ecs/${known(situation.inputs, 'resourceId')}:policyName/${name}`
    return { id: name, outputs: { name, arn: arn(situation, 'autoscaling', `scalingPolicy:${path}`), alarmArns: [] } }
  },
  permissions: lifeCycle((situation) => {
    const target = targetOf(situation)?.outputs ?? {}
    const on = (action: string) => scaling(situation, text(target, 'arn') ?? '*', action, resourceTags(target))
    // Target tracking makes two alarms on its metric, with the permissions of the caller of `PutScalingPolicy`.
    const alarms = ['PutMetricAlarm', 'DeleteAlarms'].map((action) =>
      call(
        `cloudwatch:${action}`,
        arn(situation, 'cloudwatch', `alarm:TargetTracking-${known(situation.inputs, 'resourceId')}-*`),
      ),
    )
    const put = [on('PutScalingPolicy'), ...alarms, call('cloudwatch:DescribeAlarms')]
    return {
      create: put,
      read: [call('application-autoscaling:DescribeScalingPolicies')],
      update: put,
      delete: [call('application-autoscaling:DescribeScalingPolicies'), on('DeleteScalingPolicy'), ...alarms.slice(1)],
    }
  }),
  importId: {
    format: 'NAMESPACE/RESOURCE/DIMENSION/POLICY',
    pattern: /^[^/]+\/.+\/[^/]+\/[^/]+$/,
    of: ({ inputs, id }) => [
      [...['serviceNamespace', 'resourceId', 'scalableDimension'].map((name) => idPart(inputs, name)), id].join('/'),
    ],
  },
}

const targetOf = (situation: Situation) =>
  others(situation, TARGET, ['resourceId', known(situation.inputs, 'resourceId')]).find((one) =>
    sameTarget(one.inputs, situation.inputs),
  )

function refuseTracking(situation: Situation, tracking: Properties): void {
  const value = number(tracking, 'targetValue')
  if (value === undefined || value <= 0) throw validation('targetValue must be greater than 0')
  const predefined = object(tracking, 'predefinedMetricSpecification')
  const customized = object(tracking, 'customizedMetricSpecification')
  if ((predefined === undefined) === (customized === undefined))
    throw validation('Exactly one of predefinedMetricSpecification and customizedMetricSpecification must be specified')
  if (predefined) refusePredefined(situation, predefined)
  if (customized) refuseCustomized(customized)
}

function refusePredefined({ ledger }: Situation, predefined: Properties): void {
  const type = known(predefined, 'predefinedMetricType')
  if (!PREDEFINED.includes(type))
    throw validation(`Predefined metric type ${type} is not valid for service namespace ecs`)
  const label = text(predefined, 'resourceLabel')
  if ((type === 'ALBRequestCountPerTarget') !== (label !== undefined))
    throw validation('A resource label must be specified for ALBRequestCountPerTarget, and only for it')
  if (label === undefined) return
  const [, balancer, group] = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/.+)$/.exec(label) ?? []
  if (
    !ledger.findBy(LOAD_BALANCER, 'arnSuffix', balancer ?? '') ||
    !ledger.findBy(TARGET_GROUP, 'arnSuffix', group ?? '')
  )
    throw validation(`Resource label ${label} does not name a load balancer and a target group`)
}

function refuseCustomized(customized: Properties): void {
  const metrics = objects(customized, 'metrics')
  if (metrics.length > 0) {
    if (metrics.filter(({ returnData }) => returnData !== false).length !== 1)
      throw validation('Exactly one of the metrics must return data')
    return
  }
  for (const name of ['namespace', 'metricName', 'statistic']) known(customized, name)
}
