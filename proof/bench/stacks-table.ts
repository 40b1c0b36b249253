/** The report on tenants, for a terminal. */
import { median, sum, verdicts } from './goals.ts'
import type { Size, StacksReport } from './stacks.ts'
import { tableOf } from './text.ts'

export function stacksTable({ node, cores, sizes, engine, traffic, goals }: StacksReport): string {
  const requests = traffic.map(({ tenants, ...figures }) => [
    String(tenants),
    ...[
      figures.warmMilliseconds,
      figures.warmCpuMilliseconds,
      figures.changedMilliseconds,
      figures.changedCpuMilliseconds,
    ].map((figure) => figure.toFixed(1)),
  ])
  return [
    `Node ${node}, ${cores} cores`,
    '',
    'In-process deployments, one tenant after the other; heap after a collection:',
    ...deployments(sizes),
    '',
    'Requests through the gateway, one at a time, by connections of their own; medians, processor time a request:',
    ...tableOf(['tenants', 'warm ms', 'CPU ms', 'after a change ms', 'CPU ms'], requests),
    '',
    ...('sizes' in engine
      ? [
          'By the Pulumi CLI, one up after the other in one run, read at each size; heap of the local cloud after a collection:',
          ...deployments(engine.sizes),
        ]
      : [`Not measured: deployments by the Pulumi CLI. ${engine.skipped}`]),
    '',
    ...verdicts(goals),
  ].join('\n')
}

function deployments(sizes: readonly Size[]): readonly string[] {
  const head = ['tenants', 'resources', 'hub ms', 'ms a tenant', 'median of last 5', 'CPU ms a tenant', 'KB a tenant']
  const rows = sizes.map(({ tenants, resources, hubMilliseconds, milliseconds, cpuMilliseconds, heapBytes }) =>
    [
      tenants,
      resources,
      hubMilliseconds,
      sum(milliseconds) / tenants,
      median(milliseconds.slice(-5)),
      cpuMilliseconds && sum(cpuMilliseconds) / tenants,
      heapBytes / 1024 / tenants,
    ].map((figure) => figure?.toFixed(0) ?? '–'),
  )
  return tableOf(head, rows)
}
