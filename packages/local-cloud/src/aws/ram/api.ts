import type { Api } from '../../wire/protocol/api.ts'
import { restJson } from '../../wire/protocol/rest.ts'
import { getResourceShares as GetResourceShares } from './operations/get-resource-shares.ts'

export const RAM: Api<object> = {
  name: 'ram',
  protocol: restJson({ GetResourceShares: 'POST /getresourceshares' }),
  operations: { GetResourceShares },
}
