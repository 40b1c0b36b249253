import { describe, expect, it } from 'vitest'
import { declared, HUB_ACCOUNT, ledgerOf, REGION } from '../../testing/ledger-builder.ts'
import { alarmStates } from './alarms.ts'
import { Metrics } from './metrics.ts'

/** Half a minute into the last minute of a period of three. */
const NOW = 1_764_000_150
const METRIC = { account: HUB_ACCOUNT, region: REGION, namespace: 'n', name: 'm', dimensions: { F: 'f' } }

/** @param minutes values by how many minutes ago */
function stateOf(alarm: object, minutes: Readonly<Record<number, readonly number[]>>) {
  const metrics = new Metrics()
  for (const [ago, values] of Object.entries(minutes))
    for (const value of values) metrics.put(METRIC, value, (NOW - Number(ago) * 60) * 1000)
  const outputs = {
    name: 'a',
    namespace: 'n',
    metricName: 'm',
    dimensions: { F: 'f' },
    statistic: 'Sum',
    period: 60,
    evaluationPeriods: 3,
    threshold: 10,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    alarmActions: ['bad'],
    okActions: ['good'],
    ...alarm,
  }
  const [state] = alarmStates(ledgerOf(declared('aws:cloudwatch/metricAlarm:MetricAlarm', 'a', outputs)), metrics, NOW)
  return state
}

const ALL = { 0: [10], 1: [4, 6], 2: [11] }

describe('an alarm', () => {
  it.each<[string, object, Readonly<Record<number, readonly number[]>>, string]>([
    ['rings when every period is bad', {}, ALL, 'ALARM'],
    ['not when one is good', {}, { ...ALL, 1: [9] }, 'OK'],
    ['when as many are bad as it says', { datapointsToAlarm: 2 }, { ...ALL, 1: [9] }, 'ALARM'],
    ['not for what is past', { datapointsToAlarm: 1 }, { 3: [100] }, 'INSUFFICIENT_DATA'],
    ['takes missing periods for good ones', { treatMissingData: 'notBreaching' }, {}, 'OK'],
    ['or for bad ones', { treatMissingData: 'breaching' }, { 0: [1] }, 'OK'],
    ['which then ring', { treatMissingData: 'breaching' }, {}, 'ALARM'],
    ['by the average', { statistic: 'Average' }, { 0: [0, 20], 1: [10], 2: [30, 0, 0] }, 'ALARM'],
    ['by the maximum', { statistic: 'Maximum' }, { 0: [0, 20], 1: [10], 2: [9] }, 'OK'],
    ['by the minimum', { statistic: 'Minimum' }, { 0: [10, 20], 1: [10], 2: [11] }, 'ALARM'],
    ['by the number', { statistic: 'SampleCount', threshold: 2, evaluationPeriods: 1 }, { 0: [0, 0] }, 'ALARM'],
    ['by a percentile', { statistic: '', extendedStatistic: 'p50' }, { 0: [1, 10, 99], 1: [10], 2: [9, 10] }, 'OK'],
    ['by a high one', { statistic: '', extendedStatistic: 'p99' }, { 0: [1, 10], 1: [1, 50], 2: [10] }, 'ALARM'],
    ['below', { comparisonOperator: 'LessThanThreshold' }, { 0: [9], 1: [9], 2: [9] }, 'ALARM'],
    ['above only', { comparisonOperator: 'GreaterThanThreshold' }, ALL, 'OK'],
    ['in longer periods', { period: 180, evaluationPeriods: 1, threshold: 31 }, ALL, 'ALARM'],
    [
      'of thousands that are the same',
      { threshold: 20_000 },
      Object.fromEntries([0, 1, 2].map((ago) => [ago, Array(20_000).fill(1)])),
      'ALARM',
    ],
    ['of another metric never', { dimensions: { F: 'g' } }, ALL, 'INSUFFICIENT_DATA'],
  ])('%s', (_, alarm, minutes, state) => {
    expect(stateOf(alarm, minutes)?.state).toBe(state)
  })

  it('names who is told of its state', () => {
    expect(stateOf({}, ALL)?.actions).toEqual(['bad'])
    expect(stateOf({}, { ...ALL, 0: [0] })?.actions).toEqual(['good'])
    expect(stateOf({ actionsEnabled: false }, ALL)?.actions).toEqual([])
  })

  it('that cannot be judged is refused, not taken for quiet', () => {
    expect(() => stateOf({ statistic: 'IQM' }, ALL)).toThrow('does not support the statistic IQM')
    expect(() => stateOf({ evaluationPeriods: 16 }, ALL)).toThrow('look back for more than 15 minutes')
    expect(() => stateOf({ period: 10 }, ALL)).toThrow('does not support periods below a minute')
  })
})
