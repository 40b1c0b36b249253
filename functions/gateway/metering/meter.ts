/** One request's limits and its bill: reserved before its first call of a model, settled when it is over, whatever happened. */
import { randomUUID } from 'node:crypto'
import type { ModelPrice, Tokens } from '../../../shared/cost.ts'
import { type Limits, nanoDollarsOf, type ScopeLimits, WARN_AT } from '../../../shared/limits.ts'
import { limitStates, monthOf, type ScopeKind, scopeKey, type UsageItem } from '../../../shared/usage-table.ts'
import { GatewayError } from '../errors.ts'
import { type Charge, estimated, measured, NOTHING, ON_FAILURE, sum } from './charge.ts'
import type { Counters, Hold } from './counters.ts'
import type { Estimate } from './estimate.ts'
import type { Exceeded } from './exceeded.ts'
import { limitExceeded, rateLimitHeaders, storeUnavailable } from './refusals.ts'

/** Printed as a line of its own, for alarms. */
export interface MeterWarning {
  /** `budget`: more than `warnAt` percent are used. `unsettled`: a hold stays until it expires, as the counter was out of reach. */
  readonly warning: 'budget' | 'unsettled'
  readonly tenant: string
  readonly scope: ScopeKind
  /** The model's name, or the id made of the caller's issuer and subject. */
  readonly name?: string
  readonly percent?: number
}

export interface MeteringOptions {
  readonly tenantId: string
  /** Absent: the hub has no table of counters. */
  readonly counters?: Counters
  readonly now: () => number
  readonly warn: (line: MeterWarning) => void
}

export interface MeteredRequest {
  readonly limits?: Limits
  /** By Bedrock's id. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** Made of the caller's issuer and subject. */
  readonly caller: string
  /** Milliseconds until the request is over, whatever happens. */
  readonly remaining: () => number
}

export interface MeteredModel {
  /** The tenant's name for it. */
  readonly name: string
  /** Bedrock's id. */
  readonly id: string
  /** Those that may be asked instead: the dearest of all is reserved. */
  readonly fallbacks?: readonly string[]
}

export interface Meter {
  /** Whether anything may be in the way. */
  readonly limited: boolean
  /**
   * Before a call of a model.
   * @throws GatewayError of the limit that is in the way; nothing of the request is reserved then
   */
  begin(model: MeteredModel, estimate: () => Estimate): Promise<MeteredCall>
  /** Before the first of several calls: one reservation for all of them. */
  expect(model: MeteredModel, estimates: () => readonly Estimate[]): Promise<void>
  /** Headers that say what is left of the limits of a minute. */
  headers(): Readonly<Record<string, string>>
  /** The request is over: what it is charged. `settled` never rejects. */
  close(): { readonly charge: Charge; readonly settled: Promise<void> }
}

/** What becomes of a call. What is not said of one that was sent counts as all that was reserved. */
export interface MeteredCall {
  /** Told before each attempt: what it costs is by the model that was asked last. */
  asks(modelId: string): void
  sent(): void
  used(usage: Tokens, tier?: string): void
  failed(error: unknown): void
  /** It costs nothing, whatever it was. */
  free(): void
}

export type Metering = (request: MeteredRequest) => Meter

interface Scope {
  readonly kind: ScopeKind
  readonly name?: string
  readonly key: string
  readonly limits: ScopeLimits
}

type Reservation = { readonly scope: Scope; readonly hold: Hold }

/** Budgets that this process has warned of: a month each. */
const WARNINGS = 1_000

export function createMetering({ tenantId, counters, now, warn }: MeteringOptions): Metering {
  const warned = new Set<string>()

  function warnOf(scope: Scope, item: UsageItem | undefined): void {
    const { dollarsPerMonth, warnAt = WARN_AT } = scope.limits
    if (!item || dollarsPerMonth === undefined) return
    const percent = Math.floor((item.spent / nanoDollarsOf(dollarsPerMonth)) * 100)
    const id = `${scope.key} ${monthOf(item.minute)}`
    if (percent < warnAt || warned.has(id)) return
    if (warned.size >= WARNINGS) warned.clear()
    warned.add(id)
    warn({ warning: 'budget', ...nameOf(scope), percent })
  }

  const nameOf = ({ kind, name }: Scope) => ({ tenant: tenantId, scope: kind, ...(name !== undefined && { name }) })

  return ({ limits, prices = {}, caller, remaining }) => {
    const calls: { readonly charge: () => Charge }[] = []
    const reservations: Reservation[] = []
    /** Reserved by `expect`, and not yet anybody's. */
    let pool = { tokens: 0, nanoDollars: 0 }
    let counted = false
    let closed = false
    let reserving: Promise<void> = Promise.resolve()
    const priceOf = (id: string) => (Object.hasOwn(prices, id) ? prices[id] : undefined)
    /** @returns undefined when the price of one of them is not known */
    function most({ id, fallbacks = [] }: MeteredModel, estimate: Estimate): number | undefined {
      const all = [id, ...fallbacks].map((one) => estimated(estimate, priceOf(one)).nanoDollars)
      return all.reduce((one, other) => (one === undefined || other === undefined ? undefined : Math.max(one, other)))
    }

    function scopesOf({ name }: MeteredModel): readonly Scope[] {
      const { tenant, user, models = {} } = limits ?? {}
      const model = Object.hasOwn(models, name) ? models[name] : undefined
      return [
        ...(tenant ? [{ kind: 'tenant' as const, key: scopeKey(tenantId, 'tenant'), limits: tenant }] : []),
        ...(user
          ? [{ kind: 'user' as const, name: caller, key: scopeKey(tenantId, 'user', caller), limits: user }]
          : []),
        ...(model ? [{ kind: 'model' as const, name, key: scopeKey(tenantId, 'model', name), limits: model }] : []),
      ].filter((scope) => Object.keys(scope.limits).length > 0)
    }

    async function reserve(
      model: MeteredModel,
      estimates: readonly Estimate[],
      scopes: readonly Scope[],
    ): Promise<void> {
      if (!counters) throw storeUnavailable(new Error('the hub has no table of counters'))
      const costs = estimates.map((estimate) => most(model, estimate))
      if (costs.includes(undefined) && scopes.some((scope) => scope.limits.dollarsPerMonth !== undefined))
        throw unpriced(model)
      const lease = { id: randomUUID().slice(0, 8), until: Math.ceil((now() + remaining()) / 1000) + LEASE_SECONDS }
      const demand = {
        requests: counted ? (0 as const) : (1 as const),
        tokens: estimates.reduce((total, { inputTokens, maxTokens }) => total + inputTokens + maxTokens, 0),
        nanoDollars: costs.reduce<number>((total, cost) => total + (cost ?? 0), 0),
      }
      const answers = await Promise.allSettled(
        scopes.map((scope) => {
          const leased = !counted && scope.limits.concurrentRequests !== undefined
          return counters.reserve(scope.key, scope.limits, leased ? { ...demand, lease } : demand)
        }),
      )
      const made: Reservation[] = []
      const refused: GatewayError[] = []
      for (const [index, answer] of answers.entries()) {
        const scope = scopes[index] as Scope
        if (answer.status === 'rejected') {
          if (limits?.onLimitsUnavailable !== 'allow' || !hasOnlyMinutes(scope.limits))
            refused.push(storeUnavailable(answer.reason))
        } else if (isHold(answer.value)) made.push({ scope, hold: answer.value })
        else refused.push(limitExceeded(describe(scope), answer.value, now()))
      }
      const [first] = refused.sort((one, other) => RANK.indexOf(one.code) - RANK.indexOf(other.code))
      if (first) {
        await Promise.all(made.map((one) => settle(one, { tokens: 0, nanoDollars: 0, counts: false })))
        throw first
      }
      counted = true
      reservations.push(...made)
      pool = { tokens: pool.tokens + demand.tokens, nanoDollars: pool.nanoDollars + demand.nanoDollars }
    }

    /** @returns what of the pool is the call's */
    async function cover(
      model: MeteredModel,
      estimates: readonly Estimate[],
      scopes: readonly Scope[],
      take: boolean,
    ): Promise<void> {
      const tokens = estimates.reduce((total, { inputTokens, maxTokens }) => total + inputTokens + maxTokens, 0)
      const nanoDollars = estimates.reduce((total, one) => total + (most(model, one) ?? 0), 0)
      if (!counted || pool.tokens < tokens || pool.nanoDollars < nanoDollars) await reserve(model, estimates, scopes)
      if (take) pool = { tokens: pool.tokens - tokens, nanoDollars: pool.nanoDollars - nanoDollars }
    }

    /** One after the other: what one reserves, the next one may use. */
    async function covered(model: MeteredModel, estimates: () => readonly Estimate[], take: boolean): Promise<void> {
      const scopes = scopesOf(model)
      if (scopes.length === 0) return
      const own = reserving.then(async () => {
        if (closed) throw new GatewayError('client_left', 'Nobody waits for this request any more.')
        await cover(model, estimates(), scopes, take)
      })
      reserving = own.catch(() => {})
      await own
    }

    async function settle(
      { scope, hold }: Reservation,
      used: { tokens: number; nanoDollars: number; counts: boolean },
    ): Promise<void> {
      try {
        warnOf(scope, await counters?.settle(hold, used))
      } catch {
        warn({ warning: 'unsettled', ...nameOf(scope) })
      }
    }

    return {
      limited: limits !== undefined,
      async begin(model, estimate) {
        await covered(model, () => [estimate()], true)
        const call = meteredCall(estimate, model.id, priceOf)
        calls.push(call)
        return call
      },
      expect: (model, estimates) => covered(model, estimates, false),
      headers() {
        const states = reservations.flatMap(({ scope, hold }) => limitStates(hold.item, scope.limits, now()))
        return rateLimitHeaders(tightest(states), now())
      },
      close() {
        closed = true
        const charge = sum(calls.map((call) => call.charge()))
        const used = { tokens: charge.tokens, nanoDollars: charge.nanoDollars ?? 0, counts: true }
        const none = { tokens: 0, nanoDollars: 0, counts: true }
        const settled = reserving.then(async () => {
          // Several reservations in one scope are one sum.
          const first = new Map(reservations.toReversed().map((one) => [one.scope.key, one]))
          await Promise.all(reservations.map((one) => settle(one, first.get(one.scope.key) === one ? used : none)))
        })
        return { charge, settled }
      },
    }
  }
}

/** Clocks, and what is done after the last byte. */
const LEASE_SECONDS = 60

const isHold = (answer: Hold | Exceeded): answer is Hold => 'reserved' in answer

/** Who waits for a minute need not know of it when the month is used up. */
const RANK: readonly string[] = ['budget_exhausted', 'rate_limited', 'limits_unavailable']

const hasOnlyMinutes = ({ requestsPerMinute: _, tokensPerMinute: __, ...others }: ScopeLimits): boolean =>
  Object.values(others).every((value) => value === undefined)

const describe = ({ kind, name }: Scope): string =>
  kind === 'tenant' ? 'the tenant' : kind === 'user' ? 'one caller' : `the model "${name}"`

/** Of two scopes' limits of one kind, the one with less left. */
function tightest(states: ReturnType<typeof limitStates>): ReturnType<typeof limitStates> {
  const byLimit = new Map<string, (typeof states)[number]>()
  for (const state of states) {
    const other = byLimit.get(state.limit)
    if (!other || state.left < other.left) byLimit.set(state.limit, state)
  }
  return [...byLimit.values()]
}

function unpriced({ name }: MeteredModel): GatewayError {
  return new GatewayError(
    'tenant_misconfigured',
    `The model "${name}" has no known price, so that a limit in dollars cannot be counted. Tell the platform's operators.`,
    { cause: new Error('a limit in dollars on a model without a price') },
  )
}

function meteredCall(
  estimate: () => Estimate,
  modelId: string,
  priceOf: (modelId: string) => ModelPrice | undefined,
): MeteredCall & { readonly charge: () => Charge } {
  let sent = false
  let price = priceOf(modelId)
  let outcome: Charge | undefined
  return {
    asks: (asked) => {
      price = priceOf(asked)
    },
    sent: () => {
      sent = true
    },
    used: (usage, tier) => {
      const charge = measured(usage, price, tier)
      // Tokens of a kind whose price is not known cost what was reserved: nothing is counted as free.
      const dearest = price && charge.nanoDollars === undefined ? estimated(estimate(), price).nanoDollars : undefined
      outcome = dearest === undefined ? charge : { ...charge, is: 'estimated', nanoDollars: dearest }
    },
    failed: (error) => {
      const code = error instanceof GatewayError ? error.code : 'internal'
      if (!outcome && (!sent || ON_FAILURE[code] === 'release')) outcome = NOTHING
    },
    free: () => {
      outcome = NOTHING
    },
    charge: () => outcome ?? (sent ? estimated(estimate(), price) : NOTHING),
  }
}
