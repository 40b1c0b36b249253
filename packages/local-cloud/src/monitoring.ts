/** Connects log groups, their subscriptions, metrics and alarms. */
import { type AlarmState, alarmStates } from './aws/cloudwatch/alarms.ts'
import { Metrics, meterLambda, meterLoadBalancer, meterLogs } from './aws/cloudwatch/metrics.ts'
import { createAsynchronous } from './aws/lambda/asynchronous.ts'
import type { Lambda, LambdaEvent } from './aws/lambda/lambda.ts'
import type { LoadBalancerEvent } from './aws/load-balancer/serve.ts'
import type { GroupName } from './aws/logs/log-groups.ts'
import { createLogs, type Logs, type LogsOptions } from './aws/logs/logs.ts'
import { createSubscriptions } from './aws/logs/subscriptions.ts'
import type { CredentialStore } from './iam/credential-store.ts'
import { type Telling, UNWATCHED } from './observer.ts'
import type { Surroundings } from './wire/service.ts'

/** Events for an observer. */
export type MonitoringEvent =
  | { readonly kind: 'undelivered'; readonly logGroup: string; readonly lines: number }
  /** Lines were added to a log group. */
  | { readonly kind: 'appended'; readonly logGroup: string; readonly stream: string; readonly lines: readonly string[] }

export interface MonitoringOptions extends LogsOptions {
  readonly surroundings: Surroundings
  readonly credentials: CredentialStore
  /** Invokes functions. It is read only when there are lines, so it may be made later. */
  readonly lambda: Pick<Lambda, 'invoke'>
  /** Called for a delivery that was repeated often enough without success. */
  readonly dropped: (functionArn: string) => void
  readonly observe?: (event: MonitoringEvent) => void
  /** @default no observers */
  readonly observers?: Telling
}

export interface Monitoring {
  readonly logs: Logs
  readonly metrics: Metrics
  /** What Lambda tells, for its metrics. */
  readonly lambda: (event: LambdaEvent) => void
  /** What the load balancer tells. */
  readonly loadBalancer: (event: LoadBalancerEvent) => void
  alarms(): readonly AlarmState[]
  /** Settles when everything that was printed is where it goes. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** A cloud that ends does not wait for longer than this for what is on its way. */
const CLOSING_MILLISECONDS = 3_000

export function createMonitoring({
  surroundings,
  credentials,
  lambda,
  dropped,
  observe,
  observers = UNWATCHED,
  ...options
}: MonitoringOptions): Monitoring {
  const { ledger, now } = surroundings
  const logs = createLogs(surroundings, credentials, options)
  const metrics = new Metrics()
  logs.onAppend(meterLogs(ledger, metrics))
  if (observe)
    logs.onAppend(({ name }, stream, events) =>
      observe({ kind: 'appended', logGroup: name, stream, lines: events.map(({ message }) => message) }),
    )
  logs.onAppend(({ name }, stream, events) => {
    if (observers.watched)
      observers.tell({ kind: 'logged', logGroup: name, stream, lines: events.map(({ message }) => message) })
  })
  const queue = createAsynchronous({ lambda, now, dropped })
  const subscriptions = createSubscriptions({ surroundings, invoke: (call) => queue.invoke(call), failed: undelivered })
  logs.onAppend(subscriptions.listener)

  function undelivered(group: GroupName, lines: number): void {
    const { account, region, name } = group
    const metric = {
      account,
      region,
      namespace: 'AWS/Logs',
      name: 'DeliveryErrors',
      dimensions: { LogGroupName: name },
    }
    metrics.put(metric, lines, now() * 1000)
    observe?.({ kind: 'undelivered', logGroup: name, lines })
  }

  async function settled(): Promise<void> {
    // What the audit function itself prints is appended while it runs.
    await logs.settled()
    await subscriptions.settled()
    await queue.settled()
    await logs.settled()
  }

  return {
    logs,
    metrics,
    lambda: meterLambda(metrics, now),
    loadBalancer: meterLoadBalancer(metrics, now),
    alarms: () => alarmStates(ledger, metrics, now()),
    settled,
    async close() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSING_MILLISECONDS)
      })
      await Promise.race([settled(), late])
      clearTimeout(timer)
      await queue.close()
      await logs.close()
    },
  }
}
