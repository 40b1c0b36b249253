import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { permit } from '../../../wire/protocol/protocol.ts'
import { integerText, list, oneOf, read, required, structure, text } from '../../../wire/protocol/shape.ts'
import { REFUSALS, STS, type StsOperation } from '../operation.ts'
import { issuerOf, signingKeyOf } from '../outbound-identity.ts'

const INPUT = structure({
  Audience: required(list(text({ min: 1, max: 1000 }), { min: 1, max: 10 })),
  SigningAlgorithm: required(oneOf('RS256', 'ES384')),
  DurationSeconds: integerText({ min: 60, max: 3600 }),
})

const DEFAULT_SECONDS = 300

/** Returns a token that names the calling principal. Anybody can verify it with the account's public keys. */
export const getWebIdentityToken: StsOperation = async ({ surroundings, request, caller, parameters }) => {
  const { Audience, SigningAlgorithm, DurationSeconds = DEFAULT_SECONDS } = read(INPUT, parameters, REFUSALS)
  const { session } = caller
  if (request.host === 'sts.amazonaws.com')
    throw new AwsError('InvalidAction', 'GetWebIdentityToken is not available on the global endpoint.')
  if (SigningAlgorithm !== 'RS256')
    throw new UnsupportedError(`SigningAlgorithm ${SigningAlgorithm} of sts:GetWebIdentityToken`)
  await permit(surroundings, request, STS, {
    action: 'sts:GetWebIdentityToken',
    resource: '*',
    resourceAccount: session.account,
    session,
    context: {
      'sts:IdentityTokenAudience': Audience,
      'sts:SigningAlgorithm': SigningAlgorithm,
      'sts:DurationSeconds': String(DurationSeconds),
    },
  })
  const issuer = issuerOf(surroundings.organization, session.account)
  if (issuer === undefined)
    throw new AwsError(
      'OutboundWebIdentityFederationDisabledException',
      'Outbound web identity federation is not enabled for this account.',
      403,
    )
  const { kid, privateKey } = await signingKeyOf(session.account)
  const [audience, ...others] = Audience
  const now = Math.floor(surroundings.now())
  const exp = now + DurationSeconds
  const token = await new SignJWT({
    iss: issuer,
    aud: audience !== undefined && others.length === 0 ? audience : [...Audience],
    sub: session.roleArn,
    iat: now,
    exp,
    jti: randomUUID(),
    'https://sts.amazonaws.com/': {
      aws_account: session.account,
      source_region: request.region,
      org_id: surroundings.organization.id,
      principal_id: session.roleArn,
    },
  })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .sign(privateKey)
  return { WebIdentityToken: token, Expiration: new Date(exp * 1000).toISOString() }
}
