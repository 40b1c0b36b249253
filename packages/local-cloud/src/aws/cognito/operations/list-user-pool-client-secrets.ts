import { structure } from '../../../wire/protocol/shape.ts'
import { requireClient } from '../machine-clients.ts'
import { administrative, CLIENT_ID, POOL_ID } from '../operation.ts'

export const listUserPoolClientSecrets = administrative(
  structure({ UserPoolId: POOL_ID, ClientId: CLIENT_ID }),
  async ({ input, data }) => ({
    ClientSecrets: requireClient(data, input.ClientId).secrets.map(({ id, createdAt }) => ({
      ClientSecretId: id,
      ClientSecretCreateDate: createdAt,
    })),
  }),
)
