/** Which check of the function each error code stands for. */
import type { Layer } from '../layers.ts'

const BY_CODE: readonly (readonly [RegExp, Layer])[] = [
  [/^(tenant_suspended|model_not_allowed|tenant_misconfigured)$/, 'tableItem'],
  [/^(tenant_|machine_)/, 'tenantMatch'],
  [/^(token_|authorization_)/, 'functionToken'],
  [/^(body_|prompt_|field_|number_|model_rejected_input)/, 'functionBody'],
  [/^(request_|query_)/, 'functionRequest'],
  [/^(path_|method_|operation_|streaming_)/, 'functionRoutes'],
]

export function layerOfCode(code: string): Layer {
  const found = BY_CODE.find(([pattern]) => pattern.test(code))
  if (!found) throw new Error(`The gateway refused with ${code}, which the isolation matrix does not know.`)
  return found[1]
}
