/** The dashboard of all tenants. Its widgets find tenants by searches, so adding a tenant changes nothing here. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { FIGURES } from '../shared/dashboard-metrics.ts'
import { auditLogGroupName, clusterName, PREFIX } from '../shared/naming.ts'

export interface DashboardArgs {
  readonly region: string
  readonly loadBalancerArn: pulumi.Input<string>
  /** Whether tenants' accounts share Bedrock's metrics with this account. */
  readonly accountMetrics: boolean
}

export function dashboard(
  name: string,
  { region, loadBalancerArn, accountMetrics }: DashboardArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.Dashboard {
  return new aws.cloudwatch.Dashboard(
    name,
    {
      dashboardName: PREFIX,
      dashboardBody: pulumi
        .output(loadBalancerArn)
        .apply((arn) =>
          JSON.stringify(
            dashboardBody({ region, loadBalancer: arn.split(':loadbalancer/')[1] ?? arn, accountMetrics }),
          ),
        ),
    },
    opts,
  )
}

const [FULL, HALF, HEIGHT] = [24, 12, 7]

interface Shown {
  readonly region: string
  /** `app/NAME/ID` */
  readonly loadBalancer: string
  readonly accountMetrics: boolean
}

export function dashboardBody({ region, loadBalancer, accountMetrics }: Shown) {
  const graph = (title: string, expressions: readonly Expression[], label: string, more: object = {}) => ({
    type: 'metric',
    properties: {
      title,
      region,
      view: 'timeSeries',
      metrics: expressions.map(({ expression, label: name }, index) => [
        { expression, ...(name !== undefined && { label: name }), id: `e${index}` },
      ]),
      yAxis: { left: { label, min: 0, showUnits: false } },
      ...more,
    },
  })
  const logs = (title: string, query: string, view: 'table' | 'bar' | 'timeSeries') => ({
    type: 'log',
    properties: { title, region, view, query: `SOURCE '${auditLogGroupName}' | ${query}` },
  })
  const rows = [
    [
      graph(
        'Spend since the beginning of what is shown, against the monthly budget',
        [
          { expression: `RUNNING_SUM(${figure(FIGURES.spend.metric, 'Sum', 3600)}) / 1000000000`, label: 'spent' },
          { expression: `${figure(FIGURES.budget.metric, 'Maximum', 3600)} / 1000000000`, label: 'budget' },
        ],
        'dollars',
      ),
      logs(
        'Refused, by reason',
        'filter decision = "refused" | stats count(*) as requests by tenant, check, outcome | sort requests desc',
        'table',
      ),
    ],
    [
      graph('Time to the first token', percentiles(FIGURES.first.metric), 'milliseconds'),
      graph('Time of a request in all', percentiles(FIGURES.total.metric), 'milliseconds'),
    ],
    [
      logs(
        'Tokens by tenant and model',
        'filter ispresent(inputTokens) | stats sum(inputTokens) as input, sum(outputTokens) as output, sum(cacheReadInputTokens) as fromCache by tenant, model | sort input desc',
        'table',
      ),
      logs(
        'Models without capacity for an account',
        'filter outcome in ["model_throttled", "model_quota_exceeded", "model_not_ready"] | stats count(*) as requests by tenant, model, outcome | sort requests desc',
        'table',
      ),
    ],
    [
      graph(
        'Functions: errors and throttles',
        ['Errors', 'Throttles'].map((metric) => ({
          expression: search(
            `{AWS/Lambda,FunctionName} FunctionName=${PREFIX}-gateway MetricName="${metric}"`,
            'Sum',
            300,
          ),
        })),
        'requests',
      ),
      graph(
        'Tasks: processor and memory, unhealthy ones',
        [
          ...['CPUUtilization', 'MemoryUtilization'].map((metric) => ({
            expression: search(
              `{AWS/ECS,ClusterName,ServiceName} ClusterName="${clusterName}" MetricName="${metric}"`,
              'Maximum',
              300,
            ),
          })),
          {
            expression: search(
              `{AWS/ApplicationELB,LoadBalancer,TargetGroup} LoadBalancer="${loadBalancer}" MetricName="UnHealthyHostCount"`,
              'Maximum',
              300,
            ),
          },
        ],
        'percent, tasks',
      ),
    ],
    [
      graph(
        'The load balancer: requests, and what it answered itself',
        ['RequestCount', 'HTTPCode_ELB_4XX_Count', 'HTTPCode_ELB_5XX_Count'].map((metric) => ({
          expression: search(
            `{AWS/ApplicationELB,LoadBalancer} LoadBalancer="${loadBalancer}" MetricName="${metric}"`,
            'Sum',
            300,
          ),
        })),
        'requests',
      ),
    ],
    ...(accountMetrics
      ? [
          [
            graph(
              'Bedrock in the accounts: throttled calls and errors of its own',
              inAccounts('InvocationThrottles', 'InvocationServerErrors'),
              'calls',
            ),
            graph('Bedrock in the accounts: tokens', inAccounts('InputTokenCount', 'OutputTokenCount'), 'tokens'),
          ],
        ]
      : []),
  ]
  return {
    widgets: rows.flatMap((row, y) =>
      row.map((widget, x) => ({
        ...widget,
        x: x * HALF,
        y: y * HEIGHT,
        width: row.length === 1 ? FULL : HALF,
        height: HEIGHT,
      })),
    ),
  }
}

interface Expression {
  readonly expression: string
  readonly label?: string
}

const search = (what: string, statistic: string, period: number) => `SEARCH('${what}', '${statistic}', ${period})`

/** Metrics of all linked accounts, each shown with its link's label. */
const inAccounts = (...metrics: readonly string[]): readonly Expression[] =>
  metrics.map((metric) => ({
    expression: search(`{AWS/Bedrock,ModelId} MetricName="${metric}"`, 'Sum', 300),
    label: `\${PROP('AccountLabel')} \${PROP('Dim.ModelId')} ${metric}`,
  }))

/** A metric of all tenants, with a line for each. */
const figure = (metric: string, statistic: string, period: number) =>
  search(`{${FIGURES.namespace},tenant} MetricName="${metric}"`, statistic, period)

const percentiles = (metric: string): readonly Expression[] =>
  ['p50', 'p95'].map((statistic) => ({ expression: figure(metric, statistic, 300), label: statistic }))
