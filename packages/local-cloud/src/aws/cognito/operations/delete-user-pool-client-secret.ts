import { AwsError } from '../../../errors.ts'
import { required, structure, text } from '../../../wire/protocol/shape.ts'
import { requireClient } from '../machine-clients.ts'
import { administrative, CLIENT_ID, POOL_ID } from '../operation.ts'

const INPUT = structure({ UserPoolId: POOL_ID, ClientId: CLIENT_ID, ClientSecretId: required(text({ min: 1 })) })

export const deleteUserPoolClientSecret = administrative(INPUT, async ({ input, data }) => {
  const client = requireClient(data, input.ClientId)
  const secrets = client.secrets.filter(({ id }) => id !== input.ClientSecretId)
  if (secrets.length === client.secrets.length)
    throw new AwsError('ResourceNotFoundException', 'The client secret does not exist.')
  if (secrets.length === 0)
    throw new AwsError('InvalidParameterException', 'The last active secret of an app client cannot be deleted.')
  data.putClient({ ...client, secrets })
  return {}
})
