/** Policy of the bucket that the load balancer's access logs are written to. */
import { type PolicyDocument, policy } from './document.ts'

/** Where in the bucket the load balancer writes. */
export const ACCESS_LOG_PREFIX = 'load-balancer'

export function accessLogBucketPolicy(args: {
  readonly account: string
  readonly region: string
  readonly bucketArn: string
}): PolicyDocument {
  const { account, region, bucketArn } = args
  return policy(
    {
      Sid: 'LoadBalancerWrites',
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${bucketArn}/${ACCESS_LOG_PREFIX}/AWSLogs/${account}/*`,
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        // Any load balancer of this account: this one's own ARN is not known before the policy has to be there.
        ArnLike: { 'aws:SourceArn': `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/*` },
      },
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
