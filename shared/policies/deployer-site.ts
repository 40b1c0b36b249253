/** The permissions that are needed to deploy the client in its account: for one bucket, one distribution, and what belongs to them. */
import { siteAclName, siteBucketName } from '../naming.ts'
import { CLOUDFRONT_REGION } from '../settings/regions.ts'
import { certificateAndRecords } from './deployer-certificate.ts'
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/** The role that the samples call `genai-site-deployer`. It has one managed policy. */
export const siteDeployerPolicy = (scope: DeployerScope): PolicyDocument =>
  policy(
    ...pages(scope),
    ...edge(scope),
    ...firewall(scope),
    ...certificateAndRecords({ ...scope, region: CLOUDFRONT_REGION }),
  )

function pages({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const bucket = `arn:aws:s3:::${siteBucketName(account, region)}`
  const s3 = (...actions: readonly string[]) => of('s3', ...actions)
  return [
    allow(
      'Bucket',
      [
        ...s3('CreateBucket', 'DeleteBucket', 'DeleteBucketPolicy', 'Get*Configuration', 'GetBucket*', 'ListBucket'),
        ...s3('ListBucketVersions', 'ListTagsForResource', 'PutBucketOwnershipControls', 'PutBucketPolicy'),
        ...s3('PutBucketPublicAccessBlock', 'PutEncryptionConfiguration', 'PutLifecycleConfiguration'),
        ...s3('TagResource', 'UntagResource'),
      ],
      bucket,
    ),
    allow(
      'Pages',
      s3('DeleteObject', 'DeleteObjectVersion', 'GetObject', 'GetObjectTagging', 'PutObject'),
      `${bucket}/*`,
    ),
  ]
}

/** CloudFront chooses ids, so IAM can restrict a creation by nothing but the action. */
function edge({ account }: DeployerScope): readonly PolicyStatement[] {
  const cloudFront = (...actions: readonly string[]) => of('cloudfront', ...actions)
  const arn = (kind: string) => `arn:aws:cloudfront::${account}:${kind}/*`
  return [
    allow(
      'MakeDistribution',
      cloudFront('CreateDistribution', 'CreateOriginAccessControl', 'CreateResponseHeadersPolicy'),
    ),
    allow(
      'Distribution',
      cloudFront(
        'DeleteDistribution',
        'GetDistribution',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
        'UpdateDistribution',
      ),
      arn('distribution'),
    ),
    allow(
      'OriginAccess',
      cloudFront('DeleteOriginAccessControl', 'GetOriginAccessControl', 'UpdateOriginAccessControl'),
      arn('origin-access-control'),
    ),
    allow(
      'ResponseHeaders',
      cloudFront('DeleteResponseHeadersPolicy', 'GetResponseHeadersPolicy', 'UpdateResponseHeadersPolicy'),
      arn('response-headers-policy'),
    ),
  ]
}

function firewall({ account }: DeployerScope): readonly PolicyStatement[] {
  const waf = (...actions: readonly string[]) => of('wafv2', ...actions)
  const global = `arn:aws:wafv2:${CLOUDFRONT_REGION}:${account}:global`
  return [
    allow(
      'Firewall',
      waf(
        'CreateWebACL',
        'DeleteWebACL',
        'GetWebACL',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
        'UpdateWebACL',
      ),
      `${global}/webacl/${siteAclName}/*`,
    ),
    allow('ManagedRules', waf('CreateWebACL', 'UpdateWebACL'), `${global}/managedruleset/*/*`),
  ]
}
