/** Deletes a secret at once, without recovery, or after a recovery window. Until the window ends, the name cannot be used again. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { boolean, integer, read, required, structure, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { arnOf, SECRET_ID, secretNamed, secretsIn, secretThere } from '../secrets.ts'

const INPUT = structure({
  SecretId: required(SECRET_ID),
  ForceDeleteWithoutRecovery: boolean,
  RecoveryWindowInDays: integer({ min: 7, max: 30 }),
})
const DAY_SECONDS = 86_400

export const deleteSecret: ApiOperation<object> = async (call) => {
  const {
    SecretId,
    ForceDeleteWithoutRecovery: force,
    RecoveryWindowInDays: days,
  } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = arnOf(call, SecretId)
  await call.permit('secretsmanager:DeleteSecret', arn, {
    'secretsmanager:SecretId': arn,
    'secretsmanager:ForceDeleteWithoutRecovery': String(force === true),
    ...(days !== undefined && { 'secretsmanager:RecoveryWindowInDays': String(days) }),
  })
  if (force === true && days !== undefined)
    throw new AwsError(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )
  const DeletionDate = call.now() + (force === true ? 0 : (days ?? 30) * DAY_SECONDS)
  if (force !== true) {
    const found = secretThere(call, SecretId)
    found.deleted = true
    return { ARN: found.arn, Name: found.name, DeletionDate }
  }
  // A forced deletion also succeeds for a secret that does not exist.
  const found = secretNamed(call, SecretId)
  if (found) secretsIn(call).delete(found.name)
  return { ARN: found?.arn ?? arn, Name: found?.name ?? SecretId, DeletionDate }
}
