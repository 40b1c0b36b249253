import { AwsError } from '../../../errors.ts'
import { read, structure } from '../../../wire/protocol/shape.ts'
import { REFUSALS, type StsOperation } from '../operation.ts'

/** Needs no permission. No identity policy can deny it, but a VPC endpoint's policy can. */
export const getCallerIdentity: StsOperation = async ({ surroundings, findRole, request, caller, parameters }) => {
  read(structure({}), parameters, REFUSALS)
  const { session } = caller
  if (request.endpointPolicy) {
    const decision = await surroundings.authorize({
      action: 'sts:GetCallerIdentity',
      resource: '*',
      resourceAccount: session.account,
      region: request.region,
      session,
      context: request.context,
      resourcePolicy: EVERYBODY,
      endpointPolicy: request.endpointPolicy,
    })
    if (!decision.allowed && decision.layers.includes('endpoint'))
      throw new AwsError('AccessDenied', decision.message, 403)
  }
  const uniqueId = findRole(session.roleArn)?.uniqueId ?? 'AROADELETED'
  return { Arn: session.arn, UserId: `${uniqueId}:${session.sessionName}`, Account: session.account }
}

const EVERYBODY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:GetCallerIdentity', Resource: '*' }],
} as const
