/**
 * What whoever deploys the hub or the client needs for a domain name and its hosted zone: the certificate's and the records' calls.
 * Neither the certificate's id nor the zone's is known before.
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
    of('route53', 'ChangeResourceRecordSets', 'GetHostedZone', 'ListResourceRecordSets'),
    'arn:aws:route53:::hostedzone/*',
  ),
  allow('RecordChanges', ['route53:GetChange'], 'arn:aws:route53:::change/*'),
]
