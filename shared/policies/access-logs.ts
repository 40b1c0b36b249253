/** The policy of the bucket for the load balancer's access logs. */
import { type PolicyDocument, policy } from './document.ts'

/** The prefix in the bucket below which the load balancer writes. */
export const ACCESS_LOG_PREFIX = 'load-balancer'

export function accessLogBucketPolicy(args: { readonly account: string; readonly bucketArn: string }): PolicyDocument {
  const { account, bucketArn } = args
  return policy(
    {
      Sid: 'LoadBalancerWrites',
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
      // The service writes each account's logs below the account's id, so the path excludes other accounts. There is no condition on
      // `aws:SourceAccount` or `aws:SourceArn`: sources disagree whether the delivery sends them, and if it does not, the load balancer cannot
      // be made ("Access Denied for bucket").
      Resource: `${bucketArn}/${ACCESS_LOG_PREFIX}/AWSLogs/${account}/*`,
    },
    {
      Sid: 'EncryptedConnectionsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  )
}
