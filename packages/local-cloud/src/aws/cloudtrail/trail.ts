/** CloudTrail's event history. Only calls of models are recorded, in memory. Events can be read at once; on AWS it takes minutes. */

export interface TrailEvent {
  readonly account: string
  readonly region: string
  /** Seconds since 1970. */
  readonly at: number
  readonly eventSource: string
  readonly eventName: string
  readonly requestId: string
  /** ARN of the session that called. */
  readonly caller: string
  readonly requestParameters: Readonly<Record<string, string>>
  readonly additionalEventData?: Readonly<Record<string, string>>
  readonly error?: { readonly code: string; readonly message: string }
}

export interface Trail {
  record(event: TrailEvent): void
  /** The events of an account and region, the newest first. */
  events(account: string, region: string): readonly TrailEvent[]
}

/** AWS keeps ninety days. */
const KEPT = 5_000

export function createTrail(): Trail {
  const kept: TrailEvent[] = []
  return {
    record(event) {
      kept.push(event)
      if (kept.length > KEPT) kept.shift()
    },
    events: (account, region) => kept.filter((event) => event.account === account && event.region === region).reverse(),
  }
}
