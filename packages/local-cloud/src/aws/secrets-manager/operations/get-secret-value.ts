import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { arnOf, labelsOf, SECRET_ID, secretThere } from '../secrets.ts'

const INPUT = structure({
  SecretId: required(SECRET_ID),
  VersionStage: text({ min: 1, max: 256 }),
})

export const getSecretValue: ApiOperation<object> = async (call) => {
  const { SecretId, VersionStage: stage = 'AWSCURRENT' } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = arnOf(call, SecretId)
  await call.permit('secretsmanager:GetSecretValue', arn, {
    'secretsmanager:SecretId': arn,
    'secretsmanager:VersionStage': stage,
  })
  const found = secretThere(call, SecretId)
  const version = found.versions.get(found.stages.get(stage) ?? '')
  if (!version)
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
    )
  const { id: VersionId, value: SecretString } = version
  return { ARN: found.arn, Name: found.name, VersionId, SecretString, VersionStages: labelsOf(found, version) }
}
