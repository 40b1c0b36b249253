/** `aws.acm.CertificateValidation`. */

import { AwsError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { CERTIFICATE, missingRecords } from './certificate.ts'

const CERTIFICATE_VALIDATION = 'aws:acm/certificateValidation:CertificateValidation'

/** AWS waits 75 minutes for missing records. Here waiting would not help, because nothing else makes them. */
export const certificateValidation: ResourceType = {
  type: CERTIFICATE_VALIDATION,
  inputs: ['certificateArn', 'validationRecordFqdns'],
  required: ['certificateArn'],
  replaces: ['certificateArn', 'validationRecordFqdns'],
  releases: 'all',
  refuse({ inputs, ledger }) {
    const certificateArn = known(inputs, 'certificateArn')
    const requested = ledger.find(CERTIFICATE, certificateArn)
    if (!requested) throw new AwsError('ResourceNotFoundException', `Could not find certificate ${certificateArn}.`)
    const missing = missingRecords(ledger, requested)
    if (missing.length > 0)
      throw new AwsError(
        'Timeout',
        `timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s): no CNAME record ${missing.join(', ')}`,
      )
  },
  answer: (situation) => ({
    id: `${known(situation.inputs, 'certificateArn')}#${situation.stableToken(8)}`,
    outputs: {},
  }),
  /** The resource only waits until the certificate is issued. */
  permissions: lifeCycle(({ inputs }) => {
    const read = [call('acm:DescribeCertificate', known(inputs, 'certificateArn'))]
    return { create: read, read, delete: [] }
  }),
  // The resource only stands for a wait, so there is nothing that an import could read.
  importId: 'never',
}
