/** The policy of the hub's sink: which accounts may share what with the hub's. */
import type { Sharing } from '../choices.ts'
import { organisationOf } from './central-endpoint.ts'
import { type PolicyDocument, policy } from './document.ts'

/** OAM's name of the one kind of data that is shared. */
export const METRICS = 'AWS::CloudWatch::Metric'
/** Of an account's metrics, those of its models. */
export const BEDROCK_METRICS = "Namespace IN ('AWS/Bedrock')"

/** The accounts that the Transit Gateway is shared with, or any of their organisation; metrics, and neither logs nor traces. */
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
