/** The policy of the hub's sink: which accounts may share what with the hub's account. */
import type { Sharing } from '../choices.ts'
import { organisationOf } from './central-endpoint.ts'
import { type PolicyDocument, policy } from './document.ts'

/** OAM's name for the one type of data that is shared. */
export const METRICS = 'AWS::CloudWatch::Metric'
/** The filter for an account's metrics: only those of Bedrock. */
export const BEDROCK_METRICS = "Namespace IN ('AWS/Bedrock')"

/** Admits the accounts with which the Transit Gateway is shared, or all of their organisation; metrics only, neither logs nor traces. */
export function metricsSinkPolicy(sharing: Sharing): PolicyDocument {
  const organisation = sharing.kind === 'organisation'
  return policy({
    Sid: 'TenantsShareMetrics',
    Effect: 'Allow',
    Principal: organisation ? '*' : { AWS: [...sharing.accounts].sort() },
    Action: ['oam:CreateLink', 'oam:UpdateLink'],
    Resource: '*',
    Condition: {
      'ForAllValues:StringEquals': { 'oam:ResourceTypes': METRICS },
      ...(organisation && { StringEquals: { 'aws:PrincipalOrgID': organisationOf(sharing.arn) } }),
    },
  })
}
