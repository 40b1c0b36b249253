import { AwsError } from '../../../errors.ts'
import type { Session } from '../../../iam/authorize.ts'
import { validatePolicy } from '../../../iam/engine.ts'
import { parsePolicy } from '../../../iam/principals.ts'
import type { PolicyDocument } from '../../../organization.ts'
import { permit } from '../../../wire/protocol/protocol.ts'
import { integerText, list, type Of, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { REFUSALS, STS, type StsCall, type StsOperation } from '../operation.ts'
import type { Role } from '../role.ts'
import { checkTags, inheritedTags, type SessionTags } from '../session-tags.ts'

/** All callers here are roles already, so every call is role chaining, which lasts an hour at most. */
const CHAINING_SECONDS = 3600

const TAG = structure({
  Key: required(text({ min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u })),
  Value: required(text({ max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u })),
})

const INPUT = structure({
  RoleArn: required(text({ min: 20, max: 2048 })),
  RoleSessionName: required(text({ min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ })),
  DurationSeconds: integerText({ min: 900, max: 43_200 }),
  ExternalId: text({ min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ }),
  Policy: text({ min: 1, max: 2048 }),
  PolicyArns: list(structure({ arn: required(text({ min: 20, max: 2048 })) }), { max: 10 }),
  Tags: list(TAG, { max: 50 }),
  TransitiveTagKeys: list(text({ min: 1, max: 128 }), { max: 50 }),
})

type Input = Of<typeof INPUT>

export const assumeRole: StsOperation = async (call) => {
  const input = read(INPUT, call.parameters, REFUSALS)
  const given = checkTags(input.Tags ?? [], input.TransitiveTagKeys ?? [], call.caller)
  const sessionPolicies = await policiesOf(input, call)
  const role = call.findRole(input.RoleArn)
  // AWS gives the same answer for a role that does not exist and for one that may not be assumed.
  if (!role) throw notAuthorized(call, input.RoleArn)
  await authorizeCall(call, input, role, given)
  const durationSeconds = checkDuration(input)

  const tags = inheritedTags(call.caller, given)
  const arn = `arn:aws:sts::${role.account}:assumed-role/${role.name}/${input.RoleSessionName}`
  const session: Session = {
    arn,
    account: role.account,
    roleArn: role.arn,
    sessionName: input.RoleSessionName,
    tags: tags.values,
    sessionPolicies,
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = call.credentials.issue(session, durationSeconds, {
    transitiveTagKeys: tags.transitiveKeys,
  })
  return {
    AssumedRoleUser: { AssumedRoleId: `${role.uniqueId}:${input.RoleSessionName}`, Arn: arn },
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration.toISOString(),
    },
  }
}

/** Checks `sts:AssumeRole`, and `sts:TagSession` if the new session has any tag, also an inherited one. */
async function authorizeCall(call: StsCall, input: Input, role: Role, given: SessionTags): Promise<void> {
  const { surroundings, request, caller } = call
  const tags = inheritedTags(caller, given)
  const context = {
    'sts:RoleSessionName': input.RoleSessionName,
    ...(input.ExternalId !== undefined && { 'sts:ExternalId': input.ExternalId }),
    ...Object.fromEntries(Object.entries(tags.values).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(Object.keys(tags.values).length > 0 && { 'aws:TagKeys': Object.keys(tags.values) }),
    ...(tags.transitiveKeys.length > 0 && { 'sts:TransitiveTagKeys': tags.transitiveKeys }),
  }
  const actions = Object.keys(tags.values).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole']
  for (const action of actions)
    await permit(surroundings, request, STS, {
      action,
      resource: role.arn,
      resourceAccount: role.account,
      resourcePolicy: role.trust,
      session: caller.session,
      context,
    })
}

/** A role's own maximum is never less than an hour, so only the limit of role chaining matters. */
function checkDuration({ DurationSeconds = CHAINING_SECONDS }: Input): number {
  if (DurationSeconds > CHAINING_SECONDS)
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  return DurationSeconds
}

/** The session policies are checked now, as on AWS, and not when the session is first used. */
async function policiesOf({ Policy, PolicyArns = [] }: Input, call: StsCall): Promise<readonly PolicyDocument[]> {
  const managed = PolicyArns.map(({ arn }) => {
    const policy = call.surroundings.ledger.findBy('aws:iam/policy:Policy', 'arn', arn)?.outputs.policy
    if (policy !== undefined) return parsePolicy(policy, arn)
    throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404)
  })
  const given = Policy === undefined ? [] : [parsePolicy(Policy, 'of the session')]
  for (const policy of given) await validatePolicy('identity', policy, 'of the session')
  return [...given, ...managed]
}

const notAuthorized = ({ caller }: StsCall, roleArn: string) =>
  new AwsError(
    'AccessDenied',
    `User: ${caller.session.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    403,
  )
