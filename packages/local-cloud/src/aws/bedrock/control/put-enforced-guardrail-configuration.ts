/** Without an id the call makes a configuration; with an id it changes that one. */
import { createHash } from 'node:crypto'
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { enforce, enforcedIn } from '../enforced.ts'
import { arnOf, versionThere } from '../guardrail.ts'

interface Input {
  readonly configId?: string
  readonly guardrailInferenceConfig?: {
    readonly guardrailIdentifier?: string
    readonly guardrailVersion?: string
    readonly selectiveContentGuarding?: { readonly messages?: string; readonly system?: string }
  }
}

const GUARDING = ['SELECTIVE', 'COMPREHENSIVE']
const invalid = (message: string) => new AwsError('ValidationException', message)

export const putEnforcedGuardrailConfiguration: ApiOperation<object> = async (call) => {
  await call.permit('bedrock:PutEnforcedGuardrailConfiguration')
  const { configId, guardrailInferenceConfig: wanted = {} } = call.input as Input
  const { guardrailIdentifier = '', guardrailVersion = '', selectiveContentGuarding = {} } = wanted
  const { messages = 'SELECTIVE', system = 'SELECTIVE' } = selectiveContentGuarding
  if (!/^[1-9]\d{0,7}$/.test(guardrailVersion))
    throw invalid("Value at 'guardrailVersion' failed to satisfy constraint")
  if (!GUARDING.includes(messages) || !GUARDING.includes(system))
    throw invalid(`Values at 'selectiveContentGuarding' must be one of ${GUARDING.join(', ')}`)
  const guardrailArn = arnOf(guardrailIdentifier, call.region, call.account)
  if (!versionThere(call.ledger, { arn: guardrailArn, version: guardrailVersion, account: call.account }))
    throw new AwsError('ResourceNotFoundException', 'The guardrail or its version does not exist.', 404)
  const all = enforcedIn(call)
  const before = all.find((one) => one.configId === configId)
  if (configId !== undefined && !before)
    throw new AwsError('ResourceNotFoundException', `There is no configuration ${configId}.`, 404)
  const now = Math.floor(call.now())
  const made = {
    configId:
      configId ?? createHash('sha256').update(`${call.account} ${guardrailArn} ${now}`).digest('hex').slice(0, 12),
    guardrailArn,
    guardrailVersion,
    selectiveContentGuarding: { messages, system },
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    updatedBy: call.session.arn,
  }
  enforce(call, [...all.filter((one) => one !== before), made])
  return { configId: made.configId, updatedAt: new Date(now * 1000).toISOString(), updatedBy: made.updatedBy }
}
