/** The certificate for the gateway's or the client's name: made here and validated in the hosted zone, or one that exists. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { CertifiedName } from '../choices.ts'

export interface CertificateArgs {
  readonly domain: CertifiedName
  /** The tags of a certificate that is made here. */
  readonly tags: Readonly<Record<string, string>>
}

/**
 * @param opts with the provider of the certificate's account and region
 * @returns the ARN of a certificate that can be used
 */
export function certificate(
  name: string,
  { domain, tags }: CertificateArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (domain.kind === 'certificate') return pulumi.output(domain.certificateArn)
  const { domainName, hostedZoneId } = domain
  const requested = new aws.acm.Certificate(name, { domainName, validationMethod: 'DNS', tags }, opts)
  // One record is enough for one name.
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
      // The record is the same for all certificates of this name in this account, so it may exist already.
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
