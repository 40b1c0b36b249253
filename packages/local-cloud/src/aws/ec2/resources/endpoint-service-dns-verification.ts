/** `aws.vpc.EndpointServicePrivateDnsVerification`: makes AWS look for the record that proves a service's private name. */

import { AwsError } from '../../../errors.ts'
import { calls, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, text } from '../../../resource/values.ts'
import { hasRecord } from '../../route53/resources/record.ts'
import { DNS_VERIFICATION, proofOf } from '../private-link.ts'
import { onService, requireService } from './vpc-endpoint-service-allowed-principal.ts'

export const endpointServiceDnsVerification: ResourceType = {
  type: DNS_VERIFICATION,
  inputs: ['serviceId', 'waitForVerification'],
  required: ['serviceId'],
  replaces: ['serviceId'],
  releases: 'all',
  refuse(situation) {
    const { inputs, ledger } = situation
    const { id, outputs } = requireService(situation, known(inputs, 'serviceId'))
    const name = text(outputs, 'privateDnsName')
    if (name === undefined)
      throw new AwsError('InvalidParameter', `The VpcEndpointService ${id} does not have a private DNS name.`)
    const proof = proofOf(ledger, id)
    if (!domainsOf(name).some((domain) => hasRecord(ledger, `${proof.name}.${domain}`, 'TXT', proof.value)))
      throw new AwsError(
        'PrivateDnsVerificationFailed',
        `${name} is not verified: no TXT record ${proof.name} with the value ${proof.value} was found in its domain.`,
      )
  },
  // The output keeps which name was verified, as AWS does with the service: another name is then not verified.
  answer: (situation) => {
    const serviceId = known(situation.inputs, 'serviceId')
    const { outputs } = requireService(situation, serviceId)
    return { id: serviceId, outputs: { verifiedName: text(outputs, 'privateDnsName') ?? null } }
  },
  permissions: lifeCycle((situation) => ({
    create: [
      onService(situation, 'StartVpcEndpointServicePrivateDnsVerification', known(situation.inputs, 'serviceId')),
      ...calls('ec2:DescribeVpcEndpointServiceConfigurations'),
    ],
    // The provider reads nothing and deletes nothing: a verified name stays verified.
    read: [],
    delete: [],
  })),
  importId: 'never',
}

/** The name and its parent domains: `a.example.com`, `example.com`. */
function domainsOf(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}
