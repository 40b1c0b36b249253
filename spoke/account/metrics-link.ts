/**
 * Shares Bedrock's own metrics of the tenant's account with the hub's account, for the hub's dashboard. No gateway can falsify these metrics.
 */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { BEDROCK_METRICS, METRICS } from '../../shared/policies/metrics-sink.ts'
import type { TagMap } from '../tags.ts'

export interface MetricsLinkArgs {
  readonly sinkArn: string
  readonly tags: TagMap
}

export function metricsLink(
  name: string,
  { sinkArn, tags }: MetricsLinkArgs,
  opts: pulumi.CustomResourceOptions,
): aws.oam.Link {
  return new aws.oam.Link(
    name,
    {
      labelTemplate: '$AccountName',
      resourceTypes: [METRICS],
      linkConfiguration: { metricConfiguration: { filter: BEDROCK_METRICS } },
      sinkIdentifier: sinkArn,
      tags,
    },
    opts,
  )
}
