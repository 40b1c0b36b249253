/** Computes the state of the declared alarms from the current metrics. */
import { UnsupportedError } from '../../errors.ts'
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import { known, number, object, text, texts } from '../../resource/values.ts'
import { type Distribution, KEPT_MINUTES, type Metrics } from './metrics.ts'
import { METRIC_ALARM } from './resources/metric-alarm.ts'

export interface AlarmState {
  readonly name: string
  readonly account: string
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  /** A value for each period, the latest first; `undefined` for a period without data. */
  readonly datapoints: readonly (number | undefined)[]
  /** The SNS topics that are notified of this state. */
  readonly actions: readonly string[]
}

/** @param now seconds since 1970; the current period counts with the data that it has so far */
export function alarmStates(ledger: LedgerView, metrics: Metrics, now: number): readonly AlarmState[] {
  return ledger.all(METRIC_ALARM).map((alarm) => stateOf(alarm, metrics, now))
}

function stateOf(alarm: Declared, metrics: Metrics, now: number): AlarmState {
  const { account, region, outputs } = alarm
  const minutes = (number(outputs, 'period') ?? 60) / 60
  if (!Number.isInteger(minutes)) throw new UnsupportedError(`periods below a minute (${known(outputs, 'name')})`)
  const periods = number(outputs, 'evaluationPeriods') ?? 1
  if (minutes * periods > KEPT_MINUTES)
    throw new UnsupportedError(
      `alarms that look back for more than ${KEPT_MINUTES} minutes (${known(outputs, 'name')})`,
    )
  const metric = {
    account,
    region,
    namespace: known(outputs, 'namespace'),
    name: known(outputs, 'metricName'),
    dimensions: dimensionsOf(outputs),
  }
  const current = Math.floor(now / 60 / minutes) * minutes
  const datapoints = Array.from({ length: periods }, (_, index) =>
    statistic(outputs, metrics.values(metric, current - index * minutes, minutes)),
  )
  const state = judge(outputs, datapoints, number(outputs, 'datapointsToAlarm') ?? periods)
  const kind = { OK: 'okActions', ALARM: 'alarmActions', INSUFFICIENT_DATA: 'insufficientDataActions' }[state]
  const actions = outputs.actionsEnabled === false ? [] : texts(outputs, kind)
  return { name: known(outputs, 'name'), account, state, datapoints, actions }
}

const dimensionsOf = (outputs: Properties): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(object(outputs, 'dimensions') ?? {}).map(([name, value]) => [name, String(value)]))

/** Counts the breaching periods, then decides what missing data counts as. */
function judge(outputs: Properties, datapoints: readonly (number | undefined)[], needed: number): AlarmState['state'] {
  const missing = text(outputs, 'treatMissingData') ?? 'missing'
  const isBad = comparison(known(outputs, 'comparisonOperator'), number(outputs, 'threshold') ?? 0)
  const bad = datapoints.filter((value) => (value === undefined ? missing === 'breaching' : isBad(value))).length
  if (bad >= needed) return 'ALARM'
  const allMissing = datapoints.every((value) => value === undefined)
  return allMissing && missing === 'missing' ? 'INSUFFICIENT_DATA' : 'OK'
}

function comparison(operator: string, threshold: number): (value: number) => boolean {
  switch (operator) {
    case 'GreaterThanOrEqualToThreshold':
      return (value) => value >= threshold
    case 'GreaterThanThreshold':
      return (value) => value > threshold
    case 'LessThanThreshold':
      return (value) => value < threshold
    case 'LessThanOrEqualToThreshold':
      return (value) => value <= threshold
    default:
      throw new UnsupportedError(`the comparison ${operator} of an alarm`)
  }
}

function statistic(outputs: Properties, values: Distribution): number | undefined {
  if (values.size === 0) return undefined
  const name = text(outputs, 'statistic') ?? known(outputs, 'extendedStatistic')
  const entries = [...values].sort(([a], [b]) => a - b)
  const count = entries.reduce((total, [, times]) => total + times, 0)
  const sum = entries.reduce((total, [value, times]) => total + value * times, 0)
  switch (name) {
    case 'Sum':
      return sum
    case 'Average':
      return sum / count
    case 'SampleCount':
      return count
    case 'Minimum':
      return entries[0]?.[0]
    case 'Maximum':
      return entries.at(-1)?.[0]
    default:
      return percentile(name, entries, count)
  }
}

/** A percentile by the nearest-rank method. */
function percentile(name: string, entries: readonly (readonly [number, number])[], count: number): number | undefined {
  const [, percent] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name) ?? []
  if (percent === undefined) throw new UnsupportedError(`the statistic ${name} of an alarm`)
  let rank = Math.max(Math.ceil((Number(percent) / 100) * count), 1)
  return entries.find(([, times]) => {
    rank -= times
    return rank <= 0
  })?.[0]
}
