/** The policy of the bucket with the client's page. */
import { type PolicyDocument, policy } from './document.ts'

/** One distribution, whose ARN CloudFront puts into the signature, may read objects. It may not list them. */
export const siteBucketPolicy = (args: {
  readonly bucketArn: string
  readonly distributionArn: string
}): PolicyDocument =>
  policy(
    {
      Sid: 'DistributionReads',
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: `${args.bucketArn}/*`,
      Condition: { StringEquals: { 'aws:SourceArn': args.distributionArn } },
    },
    {
      Sid: 'EncryptedConnectionsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [args.bucketArn, `${args.bucketArn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  )
