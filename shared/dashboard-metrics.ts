/** The figures of tenants that the hub's dashboard follows: a tenant's stack takes them from its log, the hub's searches for them. */
import { PREFIX } from './naming.ts'

interface Figure {
  readonly metric: string
  /** Of the request's line: a line without it is not counted. */
  readonly field: string
  readonly value: string
}

const figure = (metric: string, field: string): Figure => ({ metric, field, value: field })

export const FIGURES = {
  namespace: `${PREFIX}/tenants`,
  /** Nano-dollars of a request. */
  spend: figure('spend', '$.nanoDollars'),
  /** Milliseconds to the first event of a stream, and in all. */
  first: figure('first-token', '$.milliseconds.first'),
  total: figure('total-time', '$.milliseconds.total'),
  /** Nano-dollars of a month, with each request: what the spending is held against. */
  budget: { metric: 'budget', field: '$.nanoDollars' },
} as const

/** One line a request: of a stream's two, the first has none of these. */
export const figurePattern = (tenantId: string, field: string): string =>
  `{ $.tenant = "${tenantId}" && ${field} >= 0 }`
