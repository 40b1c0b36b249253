/** The certificate of the client's own name: made here and validated in the hosted zone, or one that exists. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { SiteDomain } from '../shared/choices.ts'
import { named, type SiteTags } from './tags.ts'

/** @param opts of a provider of us-east-1 */
export function certificate(
  name: string,
  domain: SiteDomain,
  tags: SiteTags,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (domain.kind === 'certificate') return pulumi.output(domain.certificateArn)
  const { domainName, hostedZoneId } = domain
  const requested = new aws.acm.Certificate(name, { domainName, validationMethod: 'DNS', tags: named(tags) }, opts)
  // One name, one record.
  const proof = requested.domainValidationOptions.apply(([option]) => {
    if (option) return option
    throw new Error(`ACM asks for no DNS record to validate ${domainName}.`)
  })
  const record = new aws.route53.Record(
    `${name}-validation`,
    {
      zoneId: hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      // The record is the same for every certificate of this name in this account: it may be there already.
      allowOverwrite: true,
    },
    opts,
  )
  return new aws.acm.CertificateValidation(
    name,
    { certificateArn: requested.arn, validationRecordFqdns: [record.fqdn] },
    opts,
  ).certificateArn
}
