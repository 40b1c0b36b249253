/** `DescribeCertificate`, for declared certificates and for those that the account had before. */
import { AwsError } from '../../../errors.ts'
import { text } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'

import { read, required, structure, text as textShape, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { CERTIFICATE, isIssued, namesOfCertificate } from '../resources/certificate.ts'

const INPUT = structure({ CertificateArn: required(textShape({ min: 20, max: 2048 })) })

export const describeCertificate: ApiOperation<object> = async (call) => {
  const { CertificateArn: arn } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const { ledger, organization, account, region } = call
  await call.permit('acm:DescribeCertificate', arn)
  const declared = ledger.find(CERTIFICATE, arn)
  const own = declared ? declared.account === account && declared.region === region : arn.split(':')[4] === account
  const [domain, ...others] = own ? namesOfCertificate(ledger, organization, arn) : []
  if (domain === undefined) throw new AwsError('ResourceNotFoundException', `Could not find certificate ${arn}.`)
  return {
    Certificate: {
      CertificateArn: arn,
      DomainName: domain,
      SubjectAlternativeNames: [domain, ...others],
      Status: isIssued(ledger, organization, arn) ? 'ISSUED' : 'PENDING_VALIDATION',
      Type: declared ? 'AMAZON_ISSUED' : 'IMPORTED',
      KeyAlgorithm: text(declared?.outputs ?? {}, 'keyAlgorithm') ?? 'RSA_2048',
    },
  }
}
