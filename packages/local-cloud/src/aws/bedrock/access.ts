/** Whether a caller may call a model: checks the id, IAM, the model's lifecycle, the account's access and the quota. */

import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import { permit } from '../../wire/protocol/protocol.ts'
import type { Surroundings, WireRequest } from '../../wire/service.ts'
import { findModel, type Invoked } from './catalogue.ts'
import { guardrailKey } from './guardrail.ts'
import { BEDROCK } from './protocol.ts'
import { cannotCount, invalid } from './refusals.ts'

export interface AccessOptions {
  /**
   * Models that AWS has switched off, but that still answer here.
   * @default the two of AWS's article, so that it can be followed as it was written
   */
  readonly serveRetired?: readonly string[]
  /** How many requests a minute an account may make of a model; `undefined` means no limit. */
  readonly requestsPerMinute?: (account: string, modelId: string) => number | undefined
}

export const MODELS_OF_THE_POST = ['amazon.titan-text-lite-v1', 'anthropic.claude-3-haiku-20240307-v1:0']

export interface AccessCall {
  readonly surroundings: Surroundings
  readonly request: WireRequest
  readonly session: Session
  /** `bedrock:InvokeModel`, `bedrock:InvokeModelWithResponseStream` or `bedrock:CountTokens`. */
  readonly action: string
  /** An id or an ARN, as it stands in the request's path. */
  readonly modelId: string
}

export function createAccess({ serveRetired = MODELS_OF_THE_POST, requestsPerMinute }: AccessOptions) {
  const throttle = createThrottle(requestsPerMinute)
  return async (call: AccessCall): Promise<Invoked & { readonly id: string }> => {
    const { surroundings, session, request } = call
    const id = idOf(call)
    const invoked = findModel(id)
    if (!invoked) throw invalid('The provided model identifier is invalid.')
    const { model, profile } = invoked
    const counts = call.action === 'bedrock:CountTokens'
    // Bedrock counts tokens for foundation models only, so only the model's permission is checked.
    if (counts && (profile || call.modelId !== model.id)) throw cannotCount()
    await permitModel(call, invoked)
    const today = new Date(surroundings.now() * 1000).toISOString().slice(0, 10)
    if (model.endOfLife !== undefined && model.endOfLife <= today && !serveRetired.includes(model.id))
      throw new AwsError(
        'ResourceNotFoundException',
        'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
        404,
      )
    if (!hasAccess(surroundings, session.account, model.id))
      throw new AwsError(
        'AccessDeniedException',
        "You don't have access to the model with the specified model ID.",
        403,
      )
    if (!profile && !model.onDemand && !counts)
      throw invalid(
        `Invocation of model ID ${model.id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
      )
    if (profile && !profile.destinations.includes('') && !profile.destinations.includes(request.region))
      throw invalid('The provided model identifier is invalid.')
    if (!counts) throttle(session.account, model.id, surroundings.now())
    return { ...invoked, id }
  }
}

/** The id of a model or of one of the caller's own inference profiles. A request may also name it by its ARN. */
function idOf({ modelId, request: { region }, session: { account } }: AccessCall): string {
  if (!modelId.startsWith('arn:')) return modelId
  const [, , service, arnRegion, owner = '', ...resource] = modelId.split(':')
  const [kind, id] = splitOnce(resource.join(':'), '/')
  if (service !== 'bedrock' || arnRegion !== region) throw invalid('The provided model identifier is invalid.')
  if (kind === 'foundation-model' && owner === '') return id
  if (kind !== 'inference-profile')
    throw new UnsupportedError(`the model '${kind}/…' (a foundation model or an inference profile is)`)
  if (owner !== account)
    throw new AwsError('AccessDeniedException', `The inference profile ${modelId} is not of account ${account}.`, 403)
  return id
}

/** Asks for permission on the profile, if there is one, and then on the model in every region that may answer. */
async function permitModel(
  { surroundings, request, session, action }: AccessCall,
  { model, profile }: Invoked,
): Promise<void> {
  const guardrail = guardrailKey(request, session.account)
  const context = guardrail === undefined ? {} : { 'bedrock:GuardrailIdentifier': guardrail }
  const permission = { action, session, resourceAccount: session.account, context }
  const foundationModel = (region: string) => `arn:aws:bedrock:${region}::foundation-model/${model.id}`
  if (!profile)
    return permit(surroundings, request, BEDROCK, { ...permission, resource: foundationModel(request.region) })
  const profileArn = `arn:aws:bedrock:${request.region}:${session.account}:inference-profile/${profile.id}`
  await permit(surroundings, request, BEDROCK, { ...permission, resource: profileArn })
  for (const region of new Set([request.region, ...profile.destinations]))
    await permit(surroundings, request, BEDROCK, {
      ...permission,
      resource: foundationModel(region),
      ...(region !== '' && { region }),
      context: { ...context, 'bedrock:InferenceProfileArn': profileArn },
    })
}

/** An account has access to the foundation model, whether it is called directly or through a profile. */
function hasAccess({ organization }: Surroundings, accountId: string, modelId: string): boolean {
  const account = organization.accounts.find(({ id }) => id === accountId)
  return account?.models.some((id) => findModel(id)?.model.id === modelId) === true
}

const WINDOW_SECONDS = 60

function createThrottle(limitOf: AccessOptions['requestsPerMinute'] = () => undefined) {
  const recent = new Map<string, readonly number[]>()
  return (account: string, modelId: string, now: number): void => {
    const limit = limitOf(account, modelId)
    if (limit === undefined) return
    const key = `${account} ${modelId}`
    const times = (recent.get(key) ?? []).filter((time) => time > now - WINDOW_SECONDS)
    if (times.length >= limit)
      throw new AwsError('ThrottlingException', 'Too many requests, please wait before trying again.', 429)
    recent.set(key, [...times, now])
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
