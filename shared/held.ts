/**
 * What a stack holds is known by these for good: everything is named after a tenant's id, and a provider of another account or
 * region finds nothing that it could change or delete. Changed in place, they leave the old half behind.
 */
import type { Settings } from './settings.ts'

/** Of a stack's own outputs; undefined before its first `up`, and what the other role has. */
export interface Held {
  readonly account: unknown
  readonly region: unknown
  readonly tenantId: unknown
}

/** @throws Error naming what was changed, and what to do */
export function requireSame(settings: Settings, held: Held, stack: string): void {
  const wanted: Partial<Held> =
    settings.role === 'hub'
      ? { account: settings.account, region: settings.region }
      : { account: settings.account, tenantId: settings.tenantId }
  const changed = (['account', 'region', 'tenantId'] as const).filter(
    (name) => held[name] !== undefined && name in wanted && held[name] !== wanted[name],
  )
  if (changed.length === 0) return
  throw new Error(
    changed
      .map(
        (name) =>
          `The ${name} of ${stack} cannot be changed from ${held[name]} to ${wanted[name]}: what is deployed would be left behind. ` +
          `Put it back, or destroy the stack first and deploy it anew: pulumi config set ${name} ${held[name]} -s ${stack}`,
      )
      .join('\n'),
  )
}
