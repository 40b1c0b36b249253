import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { enforcedIn } from '../enforced.ts'

const time = (seconds: number) => new Date(seconds * 1000).toISOString()

export const listEnforcedGuardrailsConfiguration: ApiOperation<object> = async (call) => {
  await call.permit('bedrock:ListEnforcedGuardrailsConfiguration')
  return {
    guardrailsConfig: enforcedIn(call).map(({ createdAt, updatedAt, ...one }) => ({
      ...one,
      guardrailId: one.guardrailArn.slice(one.guardrailArn.lastIndexOf('/') + 1),
      createdAt: time(createdAt),
      updatedAt: time(updatedAt),
      owner: 'ACCOUNT',
    })),
  }
}
