/** `GET /TENANT/models`: the names that the tenant's callers use, and the Bedrock ids for which they stand. */
import type { OfferedOperation } from '../operation.ts'
import { gatewayShape } from '../shapes/gateway.ts'

export const models: OfferedOperation = {
  name: 'models',
  method: 'GET',
  path: '/models',
  shape: gatewayShape,
  async answer({ tenant, compute, requestId, json }) {
    const { tenantId, account, models, defaultModel, prices = {}, pricesAsOf } = tenant
    const names = Object.keys(models).sort()
    const details = names.map((name) => {
      const id = models[name] ?? ''
      return [name, { id, ...(Object.hasOwn(prices, id) && { price: prices[id] }) }] as const
    })
    return json(
      JSON.stringify({
        tenant: tenantId,
        tenantId,
        models: names,
        defaultModel,
        account,
        compute,
        details: Object.fromEntries(details),
        ...(pricesAsOf !== undefined && { pricesAsOf }),
        requestId,
      }),
    )
  },
}
