import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { arnOf, secretThere } from '../secrets.ts'

const INPUT = structure({
  SecretId: required(text({ min: 1, max: 2048 })),
  VersionStage: text({ min: 1, max: 256 }),
})

export const getSecretValue: ApiOperation<object> = async (call) => {
  const { SecretId, VersionStage: stage = 'AWSCURRENT' } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = arnOf(call, SecretId)
  await call.permit('secretsmanager:GetSecretValue', arn, {
    'secretsmanager:SecretId': arn,
    'secretsmanager:VersionStage': stage,
  })
  const { name, arn: ARN, versions, stages } = secretThere(call, SecretId)
  const version = versions.get(stages.get(stage) ?? '')
  if (!version)
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
    )
  const labels = [...stages].filter(([, id]) => id === version.id).map(([label]) => label)
  return { ARN, Name: name, VersionId: version.id, SecretString: version.value, VersionStages: labels }
}
