/** `GET /TENANT/usage`: what the caller and the tenant have used of each limit, and what is left. */
import type { OfferedOperation } from '../operation.ts'
import { gatewayShape } from '../shapes/gateway.ts'

export const usage: OfferedOperation = {
  name: 'usage',
  method: 'GET',
  path: '/usage',
  shape: gatewayShape,
  async answer({ tenant: { tenantId, pricesAsOf }, usage, requestId, json }) {
    const used = await usage()
    const inDollars = [used.tenant, used.caller, ...Object.values(used.models)].some(
      (scope) => scope?.dollars !== undefined,
    )
    const dated = inDollars && pricesAsOf !== undefined && { pricesAsOf }
    return json(JSON.stringify({ tenantId, ...used, ...dated, requestId }))
  },
}
