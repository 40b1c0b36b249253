/** Requests of every kind, some of whose gateways are killed; afterwards the counters are the sum of the records. */
import type { FaultRule } from '@genai/local-cloud/faults/faults'
import { expect } from 'vitest'
import { functionName } from '../../shared/naming.ts'
import { HOLD_MINUTES, MINUTE_MILLISECONDS, monthOf, type ScopeKind, usageAt } from '../../shared/usage-table.ts'
import type { Platform } from '../platform/platform.ts'
import { leave } from '../usage/mixed.ts'
import { ask, askMany, codeSeen, type countingModels, held, RESERVED, type readCounters, recorded } from './served.ts'

/** A request of so many tokens is to be above a limit. */
export const TOO_MANY = 120_000
/** Whole, whole, streamed, left in the stream, left before it, refused by the operation, refused by a limit. */
const KINDS = 7
/** Of Bedrock's answers: the gateway asks again, and at the third refusal the caller is told. */
const THROTTLED = 0.7
const AT_A_TIME = 10
/** While its gateway is killed, so often. */
const KILLS = 2
const KILLED = AT_A_TIME

type Of = readonly [kind: ScopeKind, name?: string]

export interface MixedOptions {
  readonly platform: Platform
  readonly models: ReturnType<typeof countingModels>
  readonly counters: ReturnType<typeof readCounters>
  readonly tenant: string
  readonly account: string
  readonly compute: 'Lambda' | 'Fargate'
  readonly many: number
  /** Name of the model. */
  readonly model: string
  /** Whose limits it counts against; a request of {@link TOO_MANY} tokens is above one of them. */
  readonly scopes: readonly Of[]
}

/** Makes so many requests, and checks all that the counters say afterwards. */
export async function mixedAddsUp(options: MixedOptions): Promise<void> {
  const { platform, models, tenant, account, compute, many, model } = options
  models.milliseconds = 30
  let turn = 0
  const one = async (): Promise<string> => {
    const kind = turn++ % KINDS
    if (kind === 2) return await stream(options)
    if (kind === 3) return await streamAndLeave(options)
    // The model takes longer than that to begin.
    if (kind === 4) return await streamAndLeave(options, models.milliseconds / 2)
    const more = kind === 5 ? { temperature: 7 } : kind === 6 ? { maxTokens: TOO_MANY } : {}
    return await ask(platform, tenant, model, more)
  }
  const { during } = platform.cloud.faults
  const throttling: FaultRule = {
    where: { service: 'bedrock-runtime', account },
    fault: { kind: 'throttling' },
    probability: THROTTLED,
  }
  const kill: FaultRule = {
    where: { service: compute === 'Lambda' ? 'lambda' : 'ecs', functionName: functionName(tenant) },
    fault: { kind: 'kill', afterMilliseconds: models.milliseconds / 2 },
    times: KILLS,
  }
  const seen = await during([throttling], async () => {
    const before = await askMany(Math.floor(many / 2), AT_A_TIME, one)
    // All alike, so that what they leave behind is known.
    const killed = await during([kill], () => askMany(KILLED, AT_A_TIME, () => ask(platform, tenant, model)))
    const after = await askMany(many - Math.floor(many / 2) - KILLED, AT_A_TIME, one)
    return [before, killed, after]
  })
  models.milliseconds = 0
  const codes = Object.keys(Object.assign({}, ...seen))
  expect(codes).toEqual(
    expect.arrayContaining(['200', 'left', 'number_out_of_range', 'budget_exhausted', 'model_throttled']),
  )
  await addsUp(options)
}

/** Counters are what the records and the holds come to, and, when holds have expired, what the records come to. */
async function addsUp({ platform, counters, tenant, compute, model, scopes }: MixedOptions): Promise<void> {
  const difference = async () => {
    const { nanoDollars: sum } = await recorded(platform, tenant, model)
    const items = await Promise.all(scopes.map((scope) => counters.item(tenant, ...scope)))
    return items.map((item) => item.spent - held(item)[0] - sum)
  }
  // A server settles behind its answers, and notices that a client has left when it writes to it.
  await expect.poll(difference).toEqual(scopes.map(() => 0))
  const { records, nanoDollars: sum } = await recorded(platform, tenant, model)
  // On a machine that is so busy that a write takes more than three seconds, nobody knows whether it was made, and what it may hold expires.
  const isKnown = records.every(({ outcome }) => outcome !== 'limits_unavailable')
  for (const scope of scopes) {
    const item = await counters.item(tenant, ...scope)
    const [nanoDollars, tokens] = held(item)
    expect(tokens > 0).toBe(nanoDollars > 0)
    if (isKnown) {
      // Of the requests whose process was killed, and of no other.
      expect(nanoDollars % RESERVED).toBe(0)
      expect(nanoDollars / RESERVED).toBeLessThanOrEqual(KILLS * (compute === 'Lambda' ? 1 : AT_A_TIME))
    }
    const later = usageAt(item, Date.now() + (HOLD_MINUTES + 1) * MINUTE_MILLISECONDS)
    expect(later).toMatchObject({ heldNanoDollars: {}, heldTokens: {}, lost: nanoDollars })
    // At the end of a month, that is the month before by then.
    expect(monthOf(later.minute) === monthOf(item.minute) ? later.spent : later.spentBefore).toBe(sum)
  }
}

const chat = ({ tenant, model }: MixedOptions) => ({
  path: `/${tenant}/v1/chat/completions`,
  body: { model, stream: true, max_tokens: 50, messages: [{ role: 'user', content: 'Where is it?' }] },
})

async function stream(options: MixedOptions): Promise<string> {
  const { platform, tenant } = options
  const token = await platform.token(tenant)
  return codeSeen(await platform.call({ method: 'POST', ...chat(options), token }))
}

async function streamAndLeave(options: MixedOptions, after?: number): Promise<string> {
  const { platform, tenant } = options
  await leave(platform, { ...chat(options), token: await platform.token(tenant) }, after)
  return 'left'
}
