import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import {
  boolean,
  float,
  integer,
  list,
  oneOf,
  read,
  required,
  structure,
  text,
  unsupported,
  VALIDATION_EXCEPTIONS,
} from '../../../wire/protocol/shape.ts'
import type { Metrics } from '../metrics.ts'

const METRIC = structure({
  Namespace: required(text({ min: 1, max: 255 })),
  MetricName: required(text({ min: 1, max: 255 })),
  Dimensions: list(structure({ Name: required(text()), Value: required(text()) }), { max: 30 }),
})

const INPUT = structure({
  MetricDataQueries: required(
    list(
      structure({
        Id: required(text({ min: 1, max: 255, pattern: /^[a-z][a-zA-Z0-9_]*$/ })),
        MetricStat: required(
          structure({ Metric: required(METRIC), Period: required(integer({ min: 1 })), Stat: required(text()) }),
        ),
        ReturnData: boolean,
        Label: text(),
        Expression: unsupported,
        Period: unsupported,
        AccountId: unsupported,
      }),
      { min: 1, max: 500 },
    ),
  ),
  StartTime: required(float()),
  EndTime: required(float()),
  ScanBy: oneOf('TimestampAscending', 'TimestampDescending'),
  MaxDatapoints: unsupported,
  LabelOptions: unsupported,
  NextToken: unsupported,
})

/** Returns sums over whole minutes in one page. A period without data has no value. */
export const getMetricData =
  (metrics: Metrics): ApiOperation<object> =>
  async (call) => {
    const { account, region } = call
    await call.permit('cloudwatch:GetMetricData')
    const { MetricDataQueries: queries, ...input } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
    if (input.StartTime >= input.EndTime)
      throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.')
    const results = queries.map(({ Id, Label, MetricStat: { Metric, Period, Stat } }) => {
      if (Stat !== 'Sum' || Period % 60 !== 0)
        throw new UnsupportedError(`GetMetricData of ${Stat} over ${Period} s (sums of whole minutes are)`)
      const { Namespace: namespace, MetricName: name, Dimensions = [] } = Metric
      const dimensions = Object.fromEntries(Dimensions.map((one) => [one.Name, one.Value]))
      const found: [start: number, sum: number][] = []
      for (let start = Math.floor(input.StartTime / Period) * Period; start < input.EndTime; start += Period) {
        const values = metrics.values({ account, region, namespace, name, dimensions }, start / 60, Period / 60)
        if (values.size > 0) found.push([start, [...values].reduce((sum, [value, times]) => sum + value * times, 0)])
      }
      if (input.ScanBy !== 'TimestampAscending') found.reverse()
      return {
        Id,
        Label: Label ?? name,
        StatusCode: 'Complete',
        Timestamps: found.map(([start]) => start),
        Values: found.map(([, sum]) => sum),
      }
    })
    return { MetricDataResults: results, Messages: [] }
  }
