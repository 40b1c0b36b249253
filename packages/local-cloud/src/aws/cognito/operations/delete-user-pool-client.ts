import { structure } from '../../../wire/protocol/shape.ts'
import { requireClient } from '../machine-clients.ts'
import { administrative, CLIENT_ID, POOL_ID } from '../operation.ts'

export const deleteUserPoolClient = administrative(
  structure({ UserPoolId: POOL_ID, ClientId: CLIENT_ID }),
  async ({ input, data }) => {
    data.deleteClient(requireClient(data, input.ClientId).id)
    return {}
  },
)
