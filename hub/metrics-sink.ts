/** The sink to which tenants' accounts link, to share Bedrock's own metrics with the hub's account and its dashboard. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { MetricsSink, Sharing } from '../shared/choices.ts'
import { PREFIX } from '../shared/naming.ts'
import { metricsSinkPolicy } from '../shared/policies/metrics-sink.ts'
import type { HubTags } from './tags.ts'

export interface MetricsSinkArgs {
  readonly wanted: MetricsSink
  readonly sharing: Sharing
  readonly tags: HubTags
}

/** @returns its ARN; if the sink is made here, known after accounts may link to it */
export function metricsSink(
  name: string,
  { wanted, sharing, tags }: MetricsSinkArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  // The owner of an existing sink decides which accounts may link to it.
  if (wanted.kind === 'existing') return wanted.arn
  const sink = new aws.oam.Sink(name, { name: PREFIX, tags }, opts)
  const policy = new aws.oam.SinkPolicy(
    name,
    { sinkIdentifier: sink.arn, policy: JSON.stringify(metricsSinkPolicy(sharing)) },
    opts,
  )
  return pulumi.all([sink.arn, policy.id]).apply(([arn]) => arn)
}
