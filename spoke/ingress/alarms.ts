/** Alarms of one tenant's ingress, from its request lines, from AWS's metrics of its function or tasks, and from metrics of CloudWatch Logs. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { GAUGE, LIMITS, LINES } from '../../shared/audit-line.ts'
import type { TaskTier, Tier } from '../../shared/compute.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { countedInDollars, type Limits, WARN_AT } from '../../shared/limits.ts'
import { alarmName, functionLogGroupName, PREFIX } from '../../shared/naming.ts'
import type { TagMap } from '../tags.ts'

/** The dimensions of AWS's own metrics of a gateway. */
export type Figures =
  | { readonly kind: 'lambda'; readonly tier: Tier; readonly functionName: string }
  | {
      readonly kind: 'fargate'
      readonly tier: TaskTier
      readonly clusterName: string
      readonly serviceName: string
      /** `targetgroup/NAME/ID` */
      readonly targetGroup: pulumi.Output<string>
    }

export interface IngressAlarmsArgs {
  readonly tenantId: string
  readonly hub: Pick<HubOutputs, 'alarmTopicArn' | 'loadBalancerArn'>
  readonly gateway: { readonly figures: Figures }
  /** Set if the tenant has a guardrail: its interventions are counted. */
  readonly guardrail?: unknown
  readonly limits?: Limits
  /** The tenant's models, by name. */
  readonly models: Readonly<Record<string, string>>
  readonly tags: TagMap
}

interface Watch {
  readonly what: string
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions?: Readonly<Record<string, pulumi.Input<string>>>
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'p99'
  readonly threshold: number
  /** How many of the last five minutes must be bad. */
  readonly minutes: number
}

interface Filter {
  readonly key: string
  readonly metric: string
  readonly pattern: string
  readonly value: string
}

/** For each pattern of request lines the value that a line counts as. A share is the average of ones and zeros. */
const FILTERS: readonly Filter[] = [
  { key: 'server-error', metric: 'server-errors', pattern: LINES.serverError, value: '1' },
  { key: 'no-server-error', metric: 'server-errors', pattern: LINES.noServerError, value: '0' },
  { key: 'foreign-tenant', metric: 'foreign-tenant', pattern: LINES.foreignTenant, value: '1' },
  { key: 'throttled', metric: 'throttled', pattern: LINES.throttled, value: '1' },
]

export const IN_FLIGHT_METRIC = 'in-flight'

/** The metric of a tenant with a guardrail. It costs money only in months with interventions. */
const GUARDRAIL: Filter = {
  key: 'guardrail',
  metric: 'guardrail-interventions',
  pattern: LINES.guardrail,
  value: '1',
}

/** The metric that scaling follows. */
const IN_FLIGHT: Filter = { key: IN_FLIGHT_METRIC, metric: IN_FLIGHT_METRIC, ...GAUGE }

/** `opts.dependsOn` must contain the log group. */
export function ingressAlarms(name: string, args: IngressAlarmsArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId, tags } = args
  const { alarmTopicArn } = args.hub
  const namespace = `${PREFIX}/${tenantId}`
  const filters = [
    ...FILTERS,
    ...(args.gateway.figures.kind === 'fargate' ? [IN_FLIGHT] : []),
    ...(args.guardrail === undefined ? [] : [GUARDRAIL]),
    ...ofLimits(args),
  ]
  for (const { key, metric, pattern, value } of filters) {
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
        // Missing data is not breaching, because tenants may be idle.
        treatMissingData: 'notBreaching',
        ...(alarmTopicArn !== undefined && { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] }),
        tags,
      },
      opts,
    )
  }
}

/**
 * Alarms of a tenant whose stack sets limits. If only an operator has set limits, the alarm on server errors covers them, and no further alarm
 * costs money.
 */
function ofLimits({ limits, models }: IngressAlarmsArgs): readonly (Filter & Pick<Watch, 'description'>)[] {
  if (!limits) return []
  const counters = {
    key: 'limits-unavailable',
    metric: 'limits-unavailable',
    pattern: LIMITS.unavailable,
    value: '1',
    description: 'the table of counters is out of reach: requests are refused, or their use is not written down',
  }
  const budget = {
    key: 'budget',
    metric: 'budget',
    pattern: LIMITS.budget,
    value: '1',
    description: `a month's dollars are used up to their warning's percentage (warnAt, or ${WARN_AT}): the log says whose`,
  }
  return countedInDollars(limits, Object.keys(models)).length > 0 ? [counters, budget] : [counters]
}

function watched(args: IngressAlarmsArgs, namespace: string): readonly Watch[] {
  const { tenantId, hub, gateway } = args
  return [
    ...ofLines(namespace),
    ...ofLimits(args).map(({ metric, description }) => ({
      namespace,
      what: metric,
      metricName: metric,
      description,
      statistic: 'Sum' as const,
      threshold: 1,
      minutes: 1,
    })),
    ...(gateway.figures.kind === 'lambda' ? ofFunction(gateway.figures) : ofTasks(gateway.figures, hub)),
    {
      namespace: 'AWS/Logs',
      dimensions: { LogGroupName: functionLogGroupName(tenantId) },
      what: 'audit-undelivered',
      metricName: 'DeliveryErrors',
      // The audit function was deleted, or does not let CloudWatch Logs invoke it. The function's own alarms do not notice that.
      description: 'audit lines did not reach the function that writes the trail',
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
  ]
}

const ofLines = (namespace: string): readonly Watch[] => [
  {
    namespace,
    what: 'server-errors',
    metricName: 'server-errors',
    description: 'more than one in twenty requests ends in a 5xx',
    statistic: 'Average',
    threshold: 0.05,
    minutes: 3,
  },
  {
    namespace,
    what: 'foreign-tenant',
    metricName: 'foreign-tenant',
    // On HTTPS the load balancer refuses such tokens first. If one gets here, the listener rule was changed.
    description: "another tenant's token, or one without a tenant, reached the function and was refused",
    statistic: 'Sum',
    threshold: 1,
    minutes: 1,
  },
  {
    namespace,
    what: 'throttled',
    metricName: 'throttled',
    description: "the models' quota is used up",
    statistic: 'Sum',
    threshold: 10,
    minutes: 3,
  },
]

function ofFunction({ functionName, tier }: Extract<Figures, { kind: 'lambda' }>): readonly Watch[] {
  const lambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName } }
  return [
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
  ]
}

/** CloudWatch has no metric for a failed deployment; the `up` that waits for it reports it. */
function ofTasks(figures: Extract<Figures, { kind: 'fargate' }>, hub: IngressAlarmsArgs['hub']): readonly Watch[] {
  const { clusterName, serviceName, targetGroup } = figures
  const tasks = { namespace: 'AWS/ECS', dimensions: { ClusterName: clusterName, ServiceName: serviceName } }
  const [, loadBalancer = ''] = hub.loadBalancerArn.split(':loadbalancer/')
  const targets = {
    namespace: 'AWS/ApplicationELB',
    dimensions: { LoadBalancer: loadBalancer, TargetGroup: targetGroup },
  }
  return [
    {
      ...targets,
      what: 'unhealthy',
      metricName: 'UnHealthyHostCount',
      description: 'a task does not answer health checks',
      statistic: 'Maximum',
      threshold: 1,
      minutes: 3,
    },
    {
      ...targets,
      what: 'crashes',
      metricName: 'TargetConnectionErrorCount',
      description: 'the load balancer could not connect to a task',
      statistic: 'Sum',
      threshold: 1,
      minutes: 1,
    },
    {
      ...targets,
      what: 'target-errors',
      metricName: 'HTTPCode_Target_5XX_Count',
      description: 'tasks answer with a 5xx ten times a minute, whatever their lines say',
      statistic: 'Sum',
      threshold: 10,
      minutes: 3,
    },
    {
      ...tasks,
      what: 'memory',
      metricName: 'MemoryUtilization',
      description: 'a task has used nine tenths of its memory: what comes next kills it',
      statistic: 'Maximum',
      threshold: 90,
      minutes: 3,
    },
    {
      ...tasks,
      what: 'cpu',
      metricName: 'CPUUtilization',
      description: 'the tasks are busy and no more of them are started: scaling is at its maximum',
      statistic: 'Average',
      threshold: 90,
      minutes: 5,
    },
  ]
}
