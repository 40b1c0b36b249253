/** Alarms of what the tenants share. Those of a tenant's ingress are in spoke/ingress/alarms.ts. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { hubAlarmName } from '../shared/naming.ts'
import type { HubTags } from './tags.ts'

export interface AlarmArgs {
  /** The end of its name. */
  readonly what: string
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions?: Readonly<Record<string, pulumi.Input<string>>>
  /** Of the metric's sum in a minute. */
  readonly threshold: number
  /** What is bad: a sum that reaches the threshold, or one below it, none at all among them. @default 'reached' */
  readonly when?: 'reached' | 'below'
  /** Of the last five minutes: how many must be bad. */
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
      // Missing data is not breaching: tenants may be idle. What happens every minute may not.
      treatMissingData: when === 'below' ? 'breaching' : 'notBreaching',
      ...(alarmTopicArn !== undefined && { alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] }),
      tags,
    },
    opts,
  )
}

/** A person with an expired token makes one or two. */
const REFUSALS_A_MINUTE = 20

/**
 * Tokens of other tenants, and all else that the load balancer and the firewall refuse. AWS counts them for the load balancer
 * as a whole: whose they were is in the access logs.
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
      // `app/NAME/ID`, the last part of its ARN.
      dimensions: {
        LoadBalancer: pulumi.output(loadBalancerArn).apply((arn) => arn.split(':loadbalancer/')[1] ?? arn),
      },
      threshold: REFUSALS_A_MINUTE,
      minutes: 3,
    },
    opts,
  )
}
