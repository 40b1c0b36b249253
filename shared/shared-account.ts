/** What tenants of one account must set, and what only one of them may have: decision 0088. */
import type { Limits } from './limits.ts'

/** Things that an account can have only once, in all or for each hub. */
export const HELD = {
  'invocation-log': {
    setting: 'modelInvocationLogging',
    once: 'in all',
    why:
      'Bedrock keeps one configuration for an account and region, and it records the prompts of all tenants of the account. Set it to true for ' +
      'one of them only.',
  },
  'gateway-endpoint': {
    setting: 'gatewayEndpoint',
    once: 'in all',
    why:
      'the hub allows an account once, so the stack that goes would take the way from the one that stays. Set it to true for one of them only: ' +
      'clients of the others connect over the internet, or as a partner does (docs/private-door.md).',
  },
  'metrics-link': {
    setting: 'shareMetrics',
    once: 'for each hub',
    why: 'an account has one link to the hub, and it shares the figures of all tenants of the account. Set it to true for one of them only.',
  },
} as const

export type HeldOnce = keyof typeof HELD

export const HELD_ONCE = Object.keys(HELD) as readonly HeldOnce[]

/** The settings that ask for them. */
export type HeldSettings = Readonly<Record<(typeof HELD)[HeldOnce]['setting'], boolean>>

/** Which of them a tenant has. */
export const heldOnce = (wanted: HeldSettings): readonly HeldOnce[] =>
  HELD_ONCE.filter((one) => wanted[HELD[one].setting])

/**
 * Bedrock's quotas of an account are by model: tokens a minute and tokens a day. It no longer counts requests
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html, May 2026). So tokens a minute must be limited, for the tenant as a
 * whole or for every name in models.
 * @returns what is wrong, for a tenant with sharedAccount
 */
export function neighbourMistakes({
  limits,
  models,
  sharedAccountWithoutLimits,
}: {
  readonly limits: Limits | undefined
  readonly models: Readonly<Record<string, unknown>>
  readonly sharedAccountWithoutLimits: boolean
}): readonly string[] {
  if (sharedAccountWithoutLimits) return []
  const open = limits?.tenant?.tokensPerMinute === undefined
  const unlimited = Object.keys(models).filter((name) => open && limits?.models?.[name]?.tokensPerMinute === undefined)
  return [
    ...(unlimited.length === 0
      ? []
      : [
          `it is true, and nothing keeps ${unlimited.join(', ')} from using up the account's quotas, which are its neighbours' too: limits has no ` +
            'tokensPerMinute, of tenant or of each model. Set one (its share of the quota), or type the risk: sharedAccountWithoutLimits true.',
        ]),
    ...(limits?.onLimitsUnavailable === undefined
      ? []
      : [
          'it is true, and limits has onLimitsUnavailable allow: while the counters are out of reach, nothing would be kept from its ' +
            "neighbours' quotas. Take it out, or type the risk: sharedAccountWithoutLimits true.",
        ]),
  ]
}
