/** Adds a version to a secret. Without labels it becomes the current one. */
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { list, read, required, secret, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { addVersion, arnOf, LONGEST_VALUE, requireToken, SECRET_ID, secretThere, TOKEN } from '../secrets.ts'

const INPUT = structure({
  SecretId: required(SECRET_ID),
  ClientRequestToken: TOKEN,
  SecretString: required(secret({ max: LONGEST_VALUE })),
  VersionStages: list(text({ min: 1, max: 256 }), { min: 1, max: 20 }),
})

export const putSecretValue: ApiOperation<object> = async (call) => {
  const input = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = arnOf(call, input.SecretId)
  await call.permit('secretsmanager:PutSecretValue', arn, { 'secretsmanager:SecretId': arn })
  const id = requireToken(input.ClientRequestToken)
  const found = secretThere(call, input.SecretId)
  const stages = addVersion(found, { id, value: input.SecretString }, input.VersionStages)
  return { ARN: found.arn, Name: found.name, VersionId: id, VersionStages: stages }
}
