/** `GET /TENANT/usage`: what the caller and the tenant have used, and what is left of each limit. */
import type { OfferedOperation } from '../operation.ts'
import { gatewayShape } from '../shapes/gateway.ts'

export const usage: OfferedOperation = {
  name: 'usage',
  method: 'GET',
  path: '/usage',
  shape: gatewayShape,
  async answer({ tenant, usage, requestId, json }) {
    return json(JSON.stringify({ tenantId: tenant.tenantId, ...(await usage()), requestId }))
  },
}
