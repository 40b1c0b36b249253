/** Policy of the bucket that the load balancer's access logs are written to. */
import { type PolicyDocument, policy } from './document.ts'

/** Where in the bucket the load balancer writes. */
export const ACCESS_LOG_PREFIX = 'load-balancer'

export function accessLogBucketPolicy(args: { readonly account: string; readonly bucketArn: string }): PolicyDocument {
  const { account, bucketArn } = args
  return policy(
    {
      Sid: 'LoadBalancerWrites',
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
      // The service writes each account's logs under the account's id, so the path keeps others out. No condition on
      // `aws:SourceAccount` or `aws:SourceArn`: whether the delivery sends them is told both ways, and without them the load balancer
      // is not made ("Access Denied for bucket").
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
