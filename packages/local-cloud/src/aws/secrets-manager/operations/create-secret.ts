/** Without a value, the secret has no version yet. It is encrypted with the account's key for Secrets Manager: another key is refused as unsupported. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, secret, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { addVersion, LONGEST_VALUE, NAME, newArn, requireToken, type Secret, secretsIn, TOKEN } from '../secrets.ts'

const INPUT = structure({
  Name: required(NAME),
  ClientRequestToken: TOKEN,
  Description: text({ max: 2048 }),
  SecretString: secret({ max: LONGEST_VALUE }),
})

export const createSecret: ApiOperation<object> = async (call) => {
  const { Name: name, SecretString: value, ...input } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = newArn(call, name)
  await call.permit('secretsmanager:CreateSecret', arn, {
    'secretsmanager:Name': name,
    ...(input.Description !== undefined && { 'secretsmanager:Description': input.Description }),
  })
  const id = requireToken(input.ClientRequestToken)
  const before = secretsIn(call).get(name)
  if (before?.deleted)
    throw new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  if (before)
    throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`)
  const made: Secret = { arn, name, versions: new Map(), stages: new Map() }
  secretsIn(call).set(name, made)
  if (value === undefined) return { ARN: arn, Name: name }
  addVersion(made, { id, value })
  return { ARN: arn, Name: name, VersionId: id }
}
