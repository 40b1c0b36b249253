import { structure } from '../../../wire/protocol/shape.ts'
import { addSecret, requireClient } from '../machine-clients.ts'
import { administrative, CLIENT_ID, POOL_ID } from '../operation.ts'

/** A secret chosen by the caller (`ClientSecret`) is not supported. */
export const addUserPoolClientSecret = administrative(
  structure({ UserPoolId: POOL_ID, ClientId: CLIENT_ID }),
  async ({ input, data, now }) => {
    const { value, kept } = addSecret(data, requireClient(data, input.ClientId), now)
    return {
      ClientSecretDescriptor: { ClientSecretId: kept.id, ClientSecretValue: value, ClientSecretCreateDate: now },
    }
  },
)
