/**
 * The permissions for a certificate and its DNS records, which those who deploy a hub or a client with a domain name need. The ids of the
 * certificate and of the hosted zone are not known beforehand.
 */
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

export const certificateAndRecords = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow('MakeCertificate', ['acm:RequestCertificate']),
  allow(
    'Certificate',
    of(
      'acm',
      'AddTagsToCertificate',
      'DeleteCertificate',
      'DescribeCertificate',
      'ListTagsForCertificate',
      'RemoveTagsFromCertificate',
    ),
    `arn:aws:acm:${region}:${account}:certificate/*`,
  ),
  allow(
    'Records',
    of('route53', 'ChangeResourceRecordSets', 'GetHostedZone', 'ListResourceRecordSets', 'ListTagsForResource'),
    'arn:aws:route53:::hostedzone/*',
  ),
  allow('RecordChanges', ['route53:GetChange'], 'arn:aws:route53:::change/*'),
]
