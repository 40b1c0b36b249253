/**
 * Amazon CloudWatch's metrics: values that metric filters extract from log lines, and the metrics of Lambda, Elastic Load Balancing and Bedrock.
 */
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import { known, object, text } from '../../resource/values.ts'
import type { LambdaEvent } from '../lambda/lambda.ts'
import type { LoadBalancerEvent } from '../load-balancer/serve.ts'
import { type FilterPattern, parseFilterPattern } from '../logs/filter-pattern.ts'
import type { StoredEvent } from '../logs/log-event.ts'
import type { GroupName } from '../logs/log-groups.ts'
import { METRIC_FILTER } from '../logs/resources/log-metric-filter.ts'

export interface Metric {
  readonly account: string
  readonly region: string
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** Each value, and how often it was put. This is as exact as a list, and stays short when many equal values are put. */
export type Distribution = ReadonlyMap<number, number>

/** How far back alarms can look, in minutes. */
export const KEPT_MINUTES = 15
/** How far back Bedrock's metrics can be read, in minutes: as long as AWS keeps one-minute data. */
const BEDROCK_KEPT_MINUTES = 15 * 24 * 60
export const BEDROCK_METRICS = 'AWS/Bedrock'

export class Metrics {
  /** By metric and minute since 1970: the values that were put. */
  readonly #minutes = new Map<string, Map<number, Map<number, number>>>()
  readonly #known = new Map<string, Metric>()

  /** @param timestamp milliseconds since 1970 */
  put(metric: Metric, value: number, timestamp: number): void {
    const key = keyOf(metric)
    const minutes = this.#minutes.get(key) ?? new Map<number, Map<number, number>>()
    this.#minutes.set(key, minutes)
    this.#known.set(key, metric)
    const minute = Math.floor(timestamp / 60_000)
    const put = minutes.get(minute) ?? new Map<number, number>()
    put.set(value, (put.get(value) ?? 0) + 1)
    minutes.set(minute, put)
    const kept = metric.namespace === BEDROCK_METRICS ? BEDROCK_KEPT_MINUTES : KEPT_MINUTES
    for (const old of minutes.keys()) if (old < minute - kept) minutes.delete(old)
  }

  /** Every metric that has a value. */
  all(): readonly Metric[] {
    return [...this.#known.values()]
  }

  /** The values of a number of minutes, from the minute `start` since 1970. */
  values(metric: Metric, start: number, minutes: number): Distribution {
    const stored = this.#minutes.get(keyOf(metric))
    const all = new Map<number, number>()
    for (let minute = start; minute < start + minutes; minute += 1)
      for (const [value, count] of stored?.get(minute) ?? []) all.set(value, (all.get(value) ?? 0) + count)
    return all
  }
}

const keyOf = ({ account, region, namespace, name, dimensions }: Metric) =>
  JSON.stringify([account, region, namespace, name, Object.entries(dimensions).sort()])

/** Applies the declared metric filters to log lines. */
export function meterLogs(ledger: LedgerView, metrics: Metrics) {
  const patterns = new Map<string, FilterPattern>()
  const patternOf = (source: string) => {
    const parsed = patterns.get(source) ?? parseFilterPattern(source)
    patterns.set(source, parsed)
    return parsed
  }
  return (group: GroupName, _stream: string, events: readonly StoredEvent[]): void => {
    for (const filter of ledger.where(METRIC_FILTER, 'logGroupName', group.name)) {
      if (filter.account !== group.account || filter.region !== group.region) continue
      const matches = patternOf(text(filter.outputs, 'pattern') ?? '')
      for (const { message, timestamp } of events) {
        const value = matches(message) ? measured(filter, message) : undefined
        if (value !== undefined) metrics.put(metricOf(filter, message), value, timestamp)
      }
    }
  }
}

const transformation = ({ outputs }: Declared) => object(outputs, 'metricTransformation') ?? {}

const metricOf = (filter: Declared, message: string): Metric => ({
  account: filter.account,
  region: filter.region,
  namespace: known(transformation(filter), 'namespace'),
  name: known(transformation(filter), 'name'),
  dimensions: Object.fromEntries(
    Object.entries(object(transformation(filter), 'dimensions') ?? {}).map(([name, selector]) => [
      name,
      String(selected(String(selector), message)),
    ]),
  ),
})

/** A constant number, or the field of the line that a selector names. */
function measured(filter: Declared, message: string): number | undefined {
  const value = known(transformation(filter), 'value')
  if (!value.startsWith('$')) return Number(value)
  const field = selected(value, message)
  return typeof field === 'number' ? field : undefined
}

/** The value that a selector such as `$.a.b` names in a line. */
const selected = (selector: string, message: string): unknown =>
  selector
    .slice(2)
    .split('.')
    .reduce<unknown>(
      (from, name) => (from as Readonly<Record<string, unknown>> | undefined)?.[name],
      JSON.parse(message),
    )

/** Elastic Load Balancing's metrics about answers that the load balancer gives itself. */
export function meterLoadBalancer(metrics: Metrics, now: () => number) {
  return ({ listenerArn, status, lambdaRequestId, targetAddress }: LoadBalancerEvent): void => {
    if (lambdaRequestId !== undefined || targetAddress !== undefined || status < 300) return
    const [, , , region = '', account = ''] = listenerArn.split(':')
    // `listener/app/NAME/ID/LISTENER`
    const balancer = listenerArn.split(':listener/')[1]?.split('/').slice(0, 3).join('/') ?? ''
    const metric = { account, region, namespace: 'AWS/ApplicationELB', dimensions: { LoadBalancer: balancer } }
    metrics.put({ ...metric, name: `HTTPCode_ELB_${Math.floor(status / 100)}XX_Count` }, 1, now() * 1000)
  }
}

/** Lambda's metrics about each invocation. */
export function meterLambda(metrics: Metrics, now: () => number) {
  return (event: LambdaEvent): void => {
    if (event.kind !== 'invoked' && event.kind !== 'throttled' && event.kind !== 'dropped') return
    const { account, region, functionName } = event
    const metric = { account, region, namespace: 'AWS/Lambda', dimensions: { FunctionName: functionName } }
    for (const [name, value] of valuesOf(event)) metrics.put({ ...metric, name }, value, now() * 1000)
  }
}

function valuesOf(event: Extract<LambdaEvent, { kind: 'invoked' | 'throttled' | 'dropped' }>) {
  if (event.kind === 'throttled') return [['Throttles', 1]] as const
  if (event.kind === 'dropped') return [['AsyncEventsDropped', 1]] as const
  return [
    ['Invocations', 1],
    ['Errors', event.failed ? 1 : 0],
    ['Duration', Math.ceil(event.milliseconds)],
  ] as const
}
