/** The metrics of tenants on the hub's dashboard: a tenant's stack extracts them from its log, and the hub's dashboard searches for them. */
import { PREFIX } from './naming.ts'

interface Figure {
  readonly metric: string
  /** The field of the request's line; a line without it is not counted. */
  readonly field: string
  readonly value: string
}

const figure = (metric: string, field: string): Figure => ({ metric, field, value: field })

export const FIGURES = {
  namespace: `${PREFIX}/tenants`,
  /** The cost of a request in nano-dollars. */
  spend: figure('spend', '$.nanoDollars'),
  /** Milliseconds to the first event of a stream, and in all. */
  first: figure('first-token', '$.milliseconds.first'),
  total: figure('total-time', '$.milliseconds.total'),
  /** The month's budget in nano-dollars, written with each request, for comparison with the spending. */
  budget: { metric: 'budget', field: '$.nanoDollars' },
} as const

/** Matches one line a request: of a stream's two lines, the first has none of these fields. */
export const figurePattern = (tenantId: string, field: string): string =>
  `{ $.tenant = "${tenantId}" && ${field} >= 0 }`
