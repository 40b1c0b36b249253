import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import type { Metrics } from './metrics.ts'
import { getMetricData } from './operations/get-metric-data.ts'
import { listMetrics } from './operations/list-metrics.ts'

export const cloudWatch = (metrics: Metrics): Api<object> => ({
  name: 'monitoring',
  protocol: jsonApi('GraniteServiceVersion20100801', '1.0'),
  operations: { GetMetricData: getMetricData(metrics), ListMetrics: listMetrics(metrics) },
})
