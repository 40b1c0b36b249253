/** Alarms of one tenant's ingress, from its request lines and from the figures of Lambda and CloudWatch Logs. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { LINES } from '../shared/audit-line.ts'
import type { HubOutputs } from '../shared/contract.ts'
import { alarmName, functionLogGroupName, functionName, PREFIX } from '../shared/naming.ts'
import type { Tier } from '../shared/settings.ts'
import type { TagMap } from './tags.ts'

export interface IngressAlarmsArgs {
  readonly tenantId: string
  readonly hub: Pick<HubOutputs, 'alarmTopicArn'>
  readonly tier: Tier
  readonly tags: TagMap
}

interface Watch {
  readonly what: string
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions?: Readonly<Record<string, string>>
  readonly statistic: 'Sum' | 'Average' | 'p99'
  readonly threshold: number
  /** Of the last five minutes: how many must be bad. */
  readonly minutes: number
}

/** Pattern of the request's line → what it counts as. A share is the average of ones and zeros. */
const FILTERS: readonly {
  readonly metric: string
  readonly pattern: string
  readonly value: '0' | '1'
  readonly key: string
}[] = [
  { key: 'server-error', metric: 'server-errors', pattern: LINES.serverError, value: '1' },
  { key: 'no-server-error', metric: 'server-errors', pattern: LINES.noServerError, value: '0' },
  { key: 'foreign-tenant', metric: 'foreign-tenant', pattern: LINES.foreignTenant, value: '1' },
  { key: 'throttled', metric: 'throttled', pattern: LINES.throttled, value: '1' },
]

/** `opts.dependsOn`: the function, so that its log group is there. */
export function ingressAlarms(name: string, args: IngressAlarmsArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId, tags } = args
  const { alarmTopicArn } = args.hub
  const namespace = `${PREFIX}/${tenantId}`
  for (const { key, metric, pattern, value } of FILTERS) {
    new aws.cloudwatch.LogMetricFilter(
      `${name}-${key}`,
      {
        name: key,
        logGroupName: functionLogGroupName(tenantId),
        pattern,
        metricTransformation: { namespace, name: metric, value },
      },
      opts,
    )
  }
  for (const { what, description, statistic, threshold, minutes, ...metric } of watched(args, namespace)) {
    new aws.cloudwatch.MetricAlarm(
      `${name}-${what}`,
      {
        name: alarmName(what, tenantId),
        alarmDescription: `${tenantId}: ${description}`,
        ...metric,
        ...(statistic === 'p99' ? { extendedStatistic: statistic } : { statistic }),
        period: 60,
        evaluationPeriods: 5,
        datapointsToAlarm: minutes,
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold,
        // Missing data is not breaching: tenants may be idle.
        treatMissingData: 'notBreaching',
        ...(alarmTopicArn !== undefined && { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] }),
        tags,
      },
      opts,
    )
  }
}

function watched({ tenantId, tier }: IngressAlarmsArgs, namespace: string): readonly Watch[] {
  const lambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName(tenantId) } }
  const lines = { namespace }
  return [
    {
      ...lines,
      what: 'server-errors',
      metricName: 'server-errors',
      description: 'more than one in twenty requests ends in a 5xx',
      statistic: 'Average',
      threshold: 0.05,
      minutes: 3,
    },
    {
      ...lines,
      what: 'foreign-tenant',
      metricName: 'foreign-tenant',
      // Behind HTTPS the load balancer refuses first: one that gets here means that its rule is not what it was.
      description: "another tenant's token, or one without a tenant, reached the function and was refused",
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      ...lines,
      what: 'throttled',
      metricName: 'throttled',
      description: "the models' quota is used up",
      statistic: 'Sum',
      threshold: 10,
      minutes: 3,
    },
    {
      ...lambda,
      what: 'concurrency',
      metricName: 'Throttles',
      description: "the function's reserved concurrency is used up",
      statistic: 'Sum',
      threshold: 1,
      minutes: 3,
    },
    {
      ...lambda,
      what: 'crashes',
      metricName: 'Errors',
      description: 'the function itself failed',
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      ...lambda,
      what: 'latency',
      metricName: 'Duration',
      description: 'the slowest requests come close to the time limit',
      statistic: 'p99',
      threshold: tier.timeoutSeconds * 800,
      minutes: 3,
    },
    {
      namespace: 'AWS/Logs',
      dimensions: { LogGroupName: functionLogGroupName(tenantId) },
      what: 'audit-undelivered',
      metricName: 'DeliveryErrors',
      // The audit function is gone, or does not let CloudWatch Logs in: its own alarms see nothing of that.
      description: 'audit lines did not reach the function that writes the trail',
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
  ]
}
