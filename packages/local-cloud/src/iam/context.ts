/** Condition keys that every request has, for every service: caller, time, source, and the resource's account. */

import type { Organization } from '../organization.ts'
import { isMember } from '../organization.ts'
import type { ApiCall, Session } from './call.ts'
import type { Context } from './engine.ts'
import type { Principal } from './principals.ts'

/** The caller's keys, and over them those that a caller cannot choose. */
export function requestContext(call: ApiCall, organization: Organization, seconds: number): Context {
  const { session, resourceAccount } = call
  return {
    ...call.context,
    'aws:RequestedRegion': call.region,
    // The local cloud accepts TLS connections only.
    'aws:SecureTransport': 'true',
    'aws:CurrentTime': new Date(seconds * 1000).toISOString(),
    'aws:EpochTime': String(Math.floor(seconds)),
    'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': resourceAccount,
    ...(isMember(organization, resourceAccount) && { 'aws:ResourceOrgID': organization.id }),
    'aws:PrincipalType': session === 'anonymous' ? 'Anonymous' : 'AssumedRole',
  }
}

/** A session's tag replaces the role's tag of the same name, compared without regard to case. */
export function principalContext(
  session: Session,
  principal: Principal | undefined,
  organization: Organization,
): Context {
  const tags = new Map<string, readonly [key: string, value: string]>()
  for (const [key, value] of [...Object.entries(principal?.tags ?? {}), ...Object.entries(session.tags)])
    tags.set(key.toLowerCase(), [key, value])
  return {
    'aws:PrincipalArn': session.roleArn,
    'aws:PrincipalAccount': session.account,
    'aws:PrincipalIsAWSService': 'false',
    ...(isMember(organization, session.account) && { 'aws:PrincipalOrgID': organization.id }),
    ...(session.sourceFunctionArn && { 'lambda:SourceFunctionArn': session.sourceFunctionArn }),
    ...Object.fromEntries([...tags.values()].map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  }
}
