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

/** `opts.dependsOn` must contain the log group. */
export function ingressFigures(name: string, args: IngressFiguresArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId, limits } = args
  const budget = limits?.tenant?.dollarsPerMonth
  const taken = [
    FIGURES.spend,
    FIGURES.first,
    FIGURES.total,
    // The budget in the stack file. A smaller one that an operator has set is not shown.
    ...(budget === undefined ? [] : [{ ...FIGURES.budget, value: String(nanoDollarsOf(budget)) }]),
  ]
  for (const { metric, field, value } of taken)
    new aws.cloudwatch.LogMetricFilter(
      `${name}-figure-${metric}`,
      {
        name: `figure-${metric}`,
        logGroupName: functionLogGroupName(tenantId),
        // Only lines of this tenant: a gateway that an attacker controls may print any name, and must not change another tenant's metrics.
        pattern: figurePattern(tenantId, field),
        metricTransformation: { namespace: FIGURES.namespace, name: metric, value, dimensions: { tenant: '$.tenant' } },
      },
      opts,
    )
}
