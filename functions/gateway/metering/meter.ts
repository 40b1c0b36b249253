/** The limits and the cost of one request: reserved before its first call of a model, and settled when it is over, whatever happened. */
import { randomUUID } from 'node:crypto'
import type { ModelPrice } from '../../../shared/cost.ts'
import type { Limits } from '../../../shared/limits.ts'
import { limitStates } from '../../../shared/usage-table.ts'
import { GatewayError, safeName } from '../errors.ts'
import { type Charge, estimated, sum } from './charge.ts'
import type { Counters, Hold } from './counters.ts'
import type { Estimate } from './estimate.ts'
import type { Exceeded } from './exceeded.ts'
import { type MeteredCall, meteredCall } from './metered-call.ts'
import { limitExceeded, rateLimitHeaders, storeUnavailable } from './refusals.ts'
import { describe, hasOnlyMinutes, type Scope, scopesOf } from './scope.ts'
import { createWarnings, type MeterWarning } from './warnings.ts'

export interface MeteringOptions {
  readonly tenantId: string
  /** Absent on a hub without a table of counters. */
  readonly counters?: Counters
  readonly now: () => number
  readonly warn: (line: MeterWarning) => void
}

export interface MeteredRequest {
  readonly limits?: Limits
  /** By Bedrock's id. */
  readonly prices?: Readonly<Record<string, ModelPrice>>
  /** Computed from the caller's issuer and subject. */
  readonly caller: string
  /** Milliseconds until the request is over, whatever happens. */
  readonly remaining: () => number
}

export interface MeteredModel {
  /** The tenant's name for the model. */
  readonly name: string
  /** Bedrock's id. */
  readonly id: string
  /** The models that may be asked instead. The reservation is for the most expensive one. */
  readonly fallbacks?: readonly string[]
}

export interface Meter {
  /** Whether any limit applies. */
  readonly limited: boolean
  /**
   * Called before a call of a model.
   * @throws GatewayError about the limit that is exceeded; then nothing is reserved for the request
   */
  begin(model: MeteredModel, estimate: () => Estimate): Promise<MeteredCall>
  /** Called before the first of several calls, to make one reservation for all of them. */
  expect(model: MeteredModel, estimates: () => readonly Estimate[]): Promise<void>
  /** Headers that say what is left of the limits of a minute. */
  headers(): Readonly<Record<string, string>>
  /** Called when the request is over. Returns what it is charged; `settled` never rejects. */
  close(): { readonly charge: Charge; readonly settled: Promise<void> }
}

export type Metering = (request: MeteredRequest) => Meter

type Reservation = { readonly scope: Scope; readonly hold: Hold }

export function createMetering({ tenantId, counters, now, warn }: MeteringOptions): Metering {
  const warnings = createWarnings(tenantId, warn)
  return ({ limits, prices = {}, caller, remaining }) => {
    const calls: { readonly charge: () => Charge }[] = []
    const reservations: Reservation[] = []
    /** Reserved by `expect`, and not yet used by a call. */
    let pool = { tokens: 0, nanoDollars: 0 }
    let counted = false
    let closed = false
    let reserving: Promise<void> = Promise.resolve()
    const priceOf = (id: string) => (Object.hasOwn(prices, id) ? prices[id] : undefined)
    /** @returns undefined if the price of one of them is not known */
    function most({ id, fallbacks = [] }: MeteredModel, estimate: Estimate): number | undefined {
      const all = [id, ...fallbacks].map((one) => estimated(estimate, priceOf(one)).nanoDollars)
      return all.reduce((one, other) => (one === undefined || other === undefined ? undefined : Math.max(one, other)))
    }

    async function reserve(
      model: MeteredModel,
      estimates: readonly Estimate[],
      scopes: readonly Scope[],
    ): Promise<void> {
      if (!counters) throw storeUnavailable(new Error('the hub has no table of counters'))
      const costs = estimates.map((estimate) => most(model, estimate))
      if (costs.includes(undefined) && scopes.some((scope) => scope.limits.dollarsPerMonth !== undefined)) {
        const [tier] = estimates.flatMap((estimate) => estimate.tier ?? [])
        const priced = [model.id, ...(model.fallbacks ?? [])].every((id) => priceOf(id) !== undefined)
        throw priced && tier !== undefined ? unpricedTier(model, tier) : unpriced(model)
      }
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
        else {
          warnings.refused(scope, answer.value, now())
          refused.push(limitExceeded(describe(scope), answer.value, now()))
        }
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

    /**
     * Ensures that the reservations cover a call.
     * @param take whether the call uses the pool
     */
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

    /** One call after the other, because the next one may use what this one has reserved. */
    async function covered(model: MeteredModel, estimates: () => readonly Estimate[], take: boolean): Promise<void> {
      const scopes = scopesOf(tenantId, limits ?? {}, { caller, model: model.name })
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
        warnings.budget(scope, await counters?.settle(hold, used))
      } catch {
        warnings.unsettled(scope)
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
          // Several reservations in one scope are added up.
          const first = new Map(reservations.toReversed().map((one) => [one.scope.key, one]))
          await Promise.all(reservations.map((one) => settle(one, first.get(one.scope.key) === one ? used : none)))
        })
        return { charge, settled }
      },
    }
  }
}

/** For differences between clocks, and for what is done after the last byte. */
const LEASE_SECONDS = 60

const isHold = (answer: Hold | Exceeded): answer is Hold => 'reserved' in answer

/** If several limits refuse, the caller is told of the longest wait: waiting a minute does not help if the month's budget is used up. */
const RANK: readonly string[] = ['budget_exhausted', 'rate_limited', 'limits_unavailable']

/** Of two scopes' limits of one kind, the one with less left. */
function tightest(states: ReturnType<typeof limitStates>): ReturnType<typeof limitStates> {
  const byLimit = new Map<string, (typeof states)[number]>()
  for (const state of states) {
    const other = byLimit.get(state.limit)
    if (!other || state.left < other.left) byLimit.set(state.limit, state)
  }
  return [...byLimit.values()]
}

/** It is the caller who asks for a tier: no operator has to be told. */
function unpricedTier({ name }: MeteredModel, tier: string): GatewayError {
  const which = safeName(tier) === undefined ? 'This service tier' : `The service tier "${tier}"`
  return new GatewayError(
    'field_invalid',
    `${which} has no known price for the model "${name}", so that a limit in dollars cannot be counted. Leave it out.`,
    { param: 'serviceTier' },
  )
}

function unpriced({ name }: MeteredModel): GatewayError {
  return new GatewayError(
    'tenant_misconfigured',
    `The model "${name}" has no known price, so that a limit in dollars cannot be counted. Tell the platform's operators.`,
    { cause: new Error('a limit in dollars on a model without a price') },
  )
}
