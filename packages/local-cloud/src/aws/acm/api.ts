import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { describeCertificate as DescribeCertificate } from './operations/describe-certificate.ts'

export const ACM: Api<object> = {
  name: 'acm',
  protocol: jsonApi('CertificateManager'),
  operations: { DescribeCertificate },
}
