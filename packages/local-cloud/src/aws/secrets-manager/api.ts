/** AWS Secrets Manager: creates, changes, reads and deletes secrets. */
import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { createSecret as CreateSecret } from './operations/create-secret.ts'
import { deleteSecret as DeleteSecret } from './operations/delete-secret.ts'
import { getSecretValue as GetSecretValue } from './operations/get-secret-value.ts'
import { putSecretValue as PutSecretValue } from './operations/put-secret-value.ts'

export const SECRETS_MANAGER: Api<object> = {
  name: 'secretsmanager',
  protocol: jsonApi('secretsmanager'),
  operations: { CreateSecret, DeleteSecret, GetSecretValue, PutSecretValue },
}
