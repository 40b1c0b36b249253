/** The setting `limits`: what a tenant, each of its users and each of its models may use. */
import { LIMIT_RANGES, type Limits, LimitsMistake, parseLimits, WARN_AT } from '../../limits.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { mapOf } from '../values.ts'

const between = (name: keyof typeof LIMIT_RANGES) =>
  `${name} (${LIMIT_RANGES[name].least} to ${LIMIT_RANGES[name].most})`

export const limits: Setting<Limits | undefined> = {
  type: 'map of maps',
  meaning:
    `Limits on use: of the tenant as a whole (\`tenant\`), of each of its users and machines (\`user\`), and of each name in models (\`models\`). ` +
    `Days and months are those of UTC. An alarm warns the operators at warnAt percent of dollarsPerMonth (default ${WARN_AT}). ` +
    'While the counters are out of reach, requests are refused. With `onLimitsUnavailable: allow`, requests pass then if only limits of a minute apply to them (docs/governance.md).',
  allowed:
    `a map of tenant, user, models (name in models → map) and onLimitsUnavailable (allow). Each of the first three has any of ${between('requestsPerMinute')}, ` +
    `${between('tokensPerMinute')}, ${between('tokensPerDay')}, ${between('dollarsPerMonth')} and with that ${between('warnAt')}; user also ${between('concurrentRequests')}.`,
  entries: 'map',
  placeholder: '{NUMBER}',
  fallback: { value: undefined, text: 'none' },
  parse(raw) {
    const given = Object.fromEntries(mapOf(raw))
    try {
      return parseLimits(given)
    } catch (error) {
      if (!(error instanceof LimitsMistake)) throw error
      throw new Refused(error.message, { at: error.at })
    }
  },
}

/**
 * Checks that need more than the numbers themselves.
 * @returns what is wrong with a limit, if anything
 */
export function limitsMistakes(
  { tenant, user, models = {} }: Limits,
  tenantsModels: Readonly<Record<string, unknown>>,
): readonly string[] {
  const scopes = Object.entries({ tenant, user, ...models })
  return [
    ...Object.keys(models)
      .filter((name) => !Object.hasOwn(tenantsModels, name))
      .map((name) => `it has limits of "${name}", which is not in models: ${Object.keys(tenantsModels).join(', ')}.`),
    ...scopes
      .filter(([, scope]) => scope?.warnAt !== undefined && scope.dollarsPerMonth === undefined)
      .map(([name]) => `${name} has warnAt without dollarsPerMonth, of which it is a percentage.`),
  ]
}
