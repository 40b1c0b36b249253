/** Alarms about what tenants share. The alarms of a tenant's ingress are in spoke/ingress/alarms.ts. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { hubAlarmName } from '../shared/naming.ts'
import type { HubTags } from './tags.ts'

export interface AlarmArgs {
  /** The end of the alarm's name. */
  readonly what: string
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions?: Readonly<Record<string, pulumi.Input<string>>>
  /** For the sum of the metric in one minute. */
  readonly threshold: number
  /**
   * A minute is bad if its sum reaches the threshold, or if it is below the threshold or there is no data.
   * @default 'reached'
   */
  readonly when?: 'reached' | 'below'
  /** How many of the last five minutes must be bad. */
  readonly minutes: number
  readonly alarmTopicArn: string | undefined
  readonly tags: HubTags
}

export function alarm(name: string, args: AlarmArgs, opts: pulumi.CustomResourceOptions): aws.cloudwatch.MetricAlarm {
  const { what, description, namespace, metricName, dimensions, threshold, when, minutes, alarmTopicArn, tags } = args
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: hubAlarmName(what),
      alarmDescription: description,
      namespace,
      metricName,
      ...(dimensions && { dimensions }),
      statistic: 'Sum',
      period: 60,
      evaluationPeriods: 5,
      datapointsToAlarm: minutes,
      comparisonOperator: when === 'below' ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
      threshold,
      // Missing data is not breaching, because tenants may be idle. For an event that must happen every minute, missing data is breaching.
      treatMissingData: when === 'below' ? 'breaching' : 'notBreaching',
      ...(alarmTopicArn !== undefined && { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] }),
      tags,
    },
    opts,
  )
}

/** A person with an expired token causes one or two refusals. */
const REFUSALS_A_MINUTE = 20

/**
 * Counts everything that the load balancer and the firewall refuse, tokens of other tenants among it. AWS has this metric only for the load
 * balancer as a whole; the access logs show whose requests they were.
 */
export function refusalsAlarm(
  name: string,
  args: Pick<AlarmArgs, 'alarmTopicArn' | 'tags'> & { readonly loadBalancerArn: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { loadBalancerArn, ...rest } = args
  return alarm(
    name,
    {
      ...rest,
      what: 'refused-at-the-door',
      description: `The load balancer refused ${REFUSALS_A_MINUTE} requests a minute: see its access logs`,
      namespace: 'AWS/ApplicationELB',
      metricName: 'HTTPCode_ELB_4XX_Count',
      // `app/NAME/ID`, the last part of the load balancer's ARN.
      dimensions: {
        LoadBalancer: pulumi.output(loadBalancerArn).apply((arn) => arn.split(':loadbalancer/')[1] ?? arn),
      },
      threshold: REFUSALS_A_MINUTE,
      minutes: 3,
    },
    opts,
  )
}
