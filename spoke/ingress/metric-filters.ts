/** What the hub's dashboard shows of a tenant, taken from its request lines: at most four metrics, each with the tenant as its dimension. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { FIGURES, figurePattern } from '../../shared/dashboard-metrics.ts'
import { type Limits, nanoDollarsOf } from '../../shared/limits.ts'
import { functionLogGroupName } from '../../shared/naming.ts'

export interface IngressFiguresArgs {
  readonly tenantId: string
  readonly limits?: Limits
}

/** `opts.dependsOn`: the log group. */
export function ingressFigures(name: string, args: IngressFiguresArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId, limits } = args
  const budget = limits?.tenant?.dollarsPerMonth
  const taken = [
    FIGURES.spend,
    FIGURES.first,
    FIGURES.total,
    // The file's own: what the operator has tightened meanwhile is not in it.
    ...(budget === undefined ? [] : [{ ...FIGURES.budget, value: String(nanoDollarsOf(budget)) }]),
  ]
  for (const { metric, field, value } of taken)
    new aws.cloudwatch.LogMetricFilter(
      `${name}-figure-${metric}`,
      {
        name: `figure-${metric}`,
        logGroupName: functionLogGroupName(tenantId),
        // Of this tenant only: a gateway that was taken over may print any name, and must not draw another tenant's figures.
        pattern: figurePattern(tenantId, field),
        metricTransformation: { namespace: FIGURES.namespace, name: metric, value, dimensions: { tenant: '$.tenant' } },
      },
      opts,
    )
}
