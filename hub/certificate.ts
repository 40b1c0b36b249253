/** The load balancer's certificate: made here and validated in the hosted zone, or one that exists. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Listener } from '../shared/choices.ts'
import { type HubTags, named } from './tags.ts'

/** ARN of a certificate that is ready to be used. */
export function certificate(
  name: string,
  listener: Exclude<Listener, { kind: 'insecureHttp' }>,
  tags: HubTags,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (listener.kind === 'certificate') return pulumi.output(listener.certificateArn)
  const { domainName, hostedZoneId } = listener
  const requested = new aws.acm.Certificate(
    name,
    { domainName, validationMethod: 'DNS', tags: named(tags, 'certificate') },
    opts,
  )
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
