/** The role of `tenant machine add --secrets-manager`: it keeps the secrets of a tenant's machines in the tenant's account. */
import { PREFIX } from '../naming.ts'
import { type PolicyDocument, policy } from './document.ts'

/** As the samples call it; `--role` names another. */
export const SECRETS_ROLE = 'genai-machine-secrets'

/** Name of a machine's secret in Secrets Manager. */
export const machineSecretName = (tenantId: string, name: string) => `${PREFIX}/${tenantId}/${name}`

/** It reads nothing: which machine may read its secret, the tenant decides. */
export const machineSecretsPolicy = (): PolicyDocument =>
  policy({
    Sid: 'WriteMachineSecrets',
    Effect: 'Allow',
    Action: ['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret', 'secretsmanager:PutSecretValue'],
    Resource: `arn:aws:secretsmanager:*:*:secret:${PREFIX}/*`,
  })
