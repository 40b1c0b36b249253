/**
 * The third figure: what AWS bills an account for Bedrock, by day (Cost Explorer's `GetCostAndUsage`, a cent a call).
 * @see https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
 */
import type { TrailRecord } from '../audit/trail.ts'
import type { Clients } from '../doctor/clients.ts'
import { signedCall } from '../doctor/signed-call.ts'
import type { Span } from './bedrock-counts.ts'
import { usageReport } from './report.ts'

const DAY = 24 * 60 * 60_000
/** Cost Explorer has one endpoint for all regions. */
const COST_EXPLORER = {
  host: 'ce.us-east-1.amazonaws.com',
  region: 'us-east-1',
  service: 'ce',
  target: 'AWSInsightsIndexService',
}

export interface BilledDay {
  readonly account: string
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string
  /** Dollars that AWS bills for Bedrock and for models sold through it, before discounts and taxes of the whole account. */
  readonly billed: number
  /** Dollars of the trail's records, at the prices with which they were recorded. */
  readonly recorded: number
  /** Requests in the trail without a known price: AWS bills them, but the trail has no cost for them. */
  readonly unpriced: number
}

export interface BillNotAsked {
  readonly account: string
  readonly why: string
}

/** The whole days of a span: a bill has no hours. */
export function wholeDays({ from, to }: Span): readonly string[] {
  const first = Math.ceil(from / DAY)
  const count = Math.max(0, Math.floor(to / DAY) - first)
  return Array.from({ length: count }, (_, index) => dayOf((first + index) * DAY))
}

const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10)

/** How the call is made: signed with these credentials, over the connection of the account's other calls. */
type Sender = Pick<Clients, 'sts'>

/**
 * @param records of the account's tenants
 * @throws Error with AWS's own message
 */
export async function billedDays(
  clients: Sender,
  account: string,
  days: readonly string[],
  records: readonly TrailRecord[],
): Promise<readonly BilledDay[]> {
  const billed = await billOf(clients, account, days)
  return days.map((day) => {
    const { total } = usageReport(
      records.filter(({ time }) => time.startsWith(day)),
      { by: ['day'] },
    )
    const { nanoDollars, unpriced } = total
    return { account, day, billed: billed.get(day) ?? 0, recorded: nanoDollars / 1e9, unpriced }
  })
}

/** Claude and some others have names of their own on the bill: `Claude Haiku 4.5 (Amazon Bedrock Edition)`. */
const isOfBedrock = (service: string) => service === 'Amazon Bedrock' || service.endsWith('(Amazon Bedrock Edition)')

interface Page {
  readonly NextPageToken?: string
  readonly ResultsByTime?: readonly {
    readonly TimePeriod: { readonly Start: string }
    readonly Groups?: readonly {
      readonly Keys: readonly string[]
      readonly Metrics: { readonly UnblendedCost: { readonly Amount: string } }
    }[]
  }[]
}

/** Dollars by day. Only usage is included, because credits, refunds and taxes are not costs of models. */
async function billOf(clients: Sender, account: string, days: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const [first] = days
  const last = days.at(-1)
  const sums = new Map<string, number>()
  if (first === undefined || last === undefined) return sums
  const is = (Key: string, value: string) => ({ Dimensions: { Key, Values: [value] } })
  let NextPageToken: string | undefined
  do {
    const page: Page = await signedCall(clients, COST_EXPLORER, 'GetCostAndUsage', {
      // The end is exclusive.
      TimePeriod: { Start: first, End: dayOf(Date.parse(last) + DAY) },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
      GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
      Filter: { And: [is('LINKED_ACCOUNT', account), is('RECORD_TYPE', 'Usage')] },
      ...(NextPageToken !== undefined && { NextPageToken }),
    })
    for (const { TimePeriod, Groups = [] } of page.ResultsByTime ?? [])
      for (const { Keys, Metrics } of Groups)
        if (Keys.some(isOfBedrock))
          sums.set(TimePeriod.Start, (sums.get(TimePeriod.Start) ?? 0) + Number(Metrics.UnblendedCost.Amount))
    NextPageToken = page.NextPageToken
  } while (NextPageToken !== undefined)
  return sums
}
