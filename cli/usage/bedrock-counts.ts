/** Reads from CloudWatch what Bedrock counted in an account: sums by hour and model. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch'
import { KIND_NAMES, KINDS, type Kind, NOTHING } from './counts.ts'
import { type Counted, HOUR } from './reconcile.ts'

const NAMESPACE = 'AWS/Bedrock'
const DIMENSION = 'ModelId'
/** Models in one request: each has four metrics, and AWS accepts 500 in a request. */
const MODELS_AT_ONCE = 100

export interface Span {
  /** Milliseconds since 1970; whole hours. */
  readonly from: number
  readonly to: number
}

/** @param models models to ask for besides those that CloudWatch lists */
export async function bedrockCounts(
  client: CloudWatchClient,
  { account, models }: { readonly account: string; readonly models: readonly string[] },
  { from, to }: Span,
): Promise<readonly Counted[]> {
  const ids = [...new Set([...models, ...(await calledModels(client))])]
  const found = new Map<string, { -readonly [K in keyof Counted]: Counted[K] }>()
  for (let at = 0; at < ids.length; at += MODELS_AT_ONCE) {
    const some = ids.slice(at, at + MODELS_AT_ONCE)
    const asked = some.flatMap((modelId, index) =>
      KIND_NAMES.map((kind) => ({ modelId, kind, Id: `m${index}_${kind}` })),
    )
    let NextToken: string | undefined
    do {
      const answer = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: asked.map(queryOf),
          StartTime: new Date(from),
          EndTime: new Date(to),
          ...(NextToken !== undefined && { NextToken }),
        }),
      )
      for (const { Id, Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
        const of = asked.find((one) => one.Id === Id)
        if (!of) continue
        for (const [index, time] of Timestamps.entries()) {
          const hour = time.getTime()
          const key = `${of.modelId} ${hour}`
          const counted = found.get(key) ?? { account, modelId: of.modelId, hour, ...NOTHING }
          counted[of.kind] += Values[index] ?? 0
          found.set(key, counted)
        }
      }
      NextToken = answer.NextToken || undefined
    } while (NextToken !== undefined)
  }
  return [...found.values()]
}

/** Ids of the models for which the account's CloudWatch has figures, as CloudWatch names them. */
export async function calledModels(client: CloudWatchClient): Promise<readonly string[]> {
  const found: string[] = []
  const pages = paginateListMetrics({ client }, { Namespace: NAMESPACE, MetricName: KINDS.inputTokens })
  for await (const { Metrics = [] } of pages)
    for (const { Dimensions = [] } of Metrics) {
      // Metrics with further dimensions, such as the prompt's size, count the same tokens again.
      const [only] = Dimensions
      if (Dimensions.length === 1 && only?.Name === DIMENSION && only.Value !== undefined) found.push(only.Value)
    }
  return found
}

const queryOf = ({ Id, modelId, kind }: { Id: string; modelId: string; kind: Kind }): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: NAMESPACE, MetricName: KINDS[kind], Dimensions: [{ Name: DIMENSION, Value: modelId }] },
    Period: HOUR / 1000,
    Stat: 'Sum',
  },
})
