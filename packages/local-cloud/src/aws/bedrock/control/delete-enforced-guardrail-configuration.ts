import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { enforce, enforcedIn } from '../enforced.ts'

export const deleteEnforcedGuardrailConfiguration: ApiOperation<object> = async (call) => {
  await call.permit('bedrock:DeleteEnforcedGuardrailConfiguration')
  const { configId } = call.input as { readonly configId?: string }
  const all = enforcedIn(call)
  const left = all.filter((one) => one.configId !== configId)
  if (left.length === all.length)
    throw new AwsError('ResourceNotFoundException', `There is no configuration ${configId}.`, 404)
  enforce(call, left)
  return {}
}
