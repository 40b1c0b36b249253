/** The scopes that a request counts against: the tenant, its caller, the model. */
import type { Limits, ScopeLimits } from '../../../shared/limits.ts'
import { type ScopeKind, scopeKey } from '../../../shared/usage-table.ts'

export interface Scope {
  readonly kind: ScopeKind
  readonly name?: string
  readonly key: string
  readonly limits: ScopeLimits
}

/** The scopes with any limit. */
export function scopesOf(
  tenantId: string,
  { tenant, user, models = {} }: Limits,
  { caller, model }: { readonly caller: string; readonly model: string },
): readonly Scope[] {
  const ofModel = Object.hasOwn(models, model) ? models[model] : undefined
  return [
    ...(tenant ? [{ kind: 'tenant' as const, key: scopeKey(tenantId, 'tenant'), limits: tenant }] : []),
    ...(user ? [{ kind: 'user' as const, name: caller, key: scopeKey(tenantId, 'user', caller), limits: user }] : []),
    ...(ofModel
      ? [{ kind: 'model' as const, name: model, key: scopeKey(tenantId, 'model', model), limits: ofModel }]
      : []),
  ].filter((scope) => Object.keys(scope.limits).length > 0)
}

export const hasOnlyMinutes = ({ requestsPerMinute: _, tokensPerMinute: __, ...others }: ScopeLimits): boolean =>
  Object.values(others).every((value) => value === undefined)

export const describe = ({ kind, name }: Scope): string =>
  kind === 'tenant' ? 'the tenant' : kind === 'user' ? 'one caller' : `the model "${name}"`
