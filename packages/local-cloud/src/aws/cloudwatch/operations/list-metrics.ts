import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, structure, text, unsupported, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import type { Metrics } from '../metrics.ts'

const INPUT = structure({
  Namespace: text({ min: 1, max: 255 }),
  MetricName: text({ min: 1, max: 255 }),
  Dimensions: unsupported,
  NextToken: unsupported,
  RecentlyActive: unsupported,
  IncludeLinkedAccounts: unsupported,
  OwningAccount: unsupported,
})

/** Returns all metrics in one page. */
export const listMetrics =
  (metrics: Metrics): ApiOperation<object> =>
  async (call) => {
    const { account, region } = call
    await call.permit('cloudwatch:ListMetrics')
    const { Namespace: namespace, MetricName: name } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
    const found = metrics
      .all()
      .filter((one) => one.account === account && one.region === region)
      .filter((one) => (namespace ?? one.namespace) === one.namespace && (name ?? one.name) === one.name)
    return {
      Metrics: found.map((one) => ({
        Namespace: one.namespace,
        MetricName: one.name,
        Dimensions: Object.entries(one.dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
    }
  }
