/** `GET /TENANT/models`: the names that the tenant's callers use. */
import type { OfferedOperation } from '../operation.ts'
import { gatewayShape } from '../shapes/gateway.ts'

export const models: OfferedOperation = {
  name: 'models',
  method: 'GET',
  path: '/models',
  shape: gatewayShape,
  async answer({ tenant, requestId, json }) {
    const { tenantId, models, defaultModel } = tenant
    return json(
      JSON.stringify({ tenant: tenantId, tenantId, models: Object.keys(models).sort(), defaultModel, requestId }),
    )
  },
}
