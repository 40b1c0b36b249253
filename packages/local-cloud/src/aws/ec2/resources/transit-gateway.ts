/** `aws.ec2transitgateway.TransitGateway`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { calls, changed, lifeCycle, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, number } from '../../../resource/values.ts'
import { creation, ec2Arn, ec2Retag, onOwn } from '../calls.ts'
import { TRANSIT_GATEWAY } from '../transit-gateway-state.ts'

export const transitGateway: ResourceType = {
  type: TRANSIT_GATEWAY,
  inputs: [
    'description',
    'amazonSideAsn',
    'autoAcceptSharedAttachments',
    'defaultRouteTableAssociation',
    'defaultRouteTablePropagation',
    'dnsSupport',
    'securityGroupReferencingSupport',
    'vpnEcmpSupport',
    'tags',
  ],
  replaces: [],
  defaults: {
    amazonSideAsn: 64512,
    autoAcceptSharedAttachments: 'disable',
    defaultRouteTableAssociation: 'enable',
    defaultRouteTablePropagation: 'enable',
    dnsSupport: 'enable',
    securityGroupReferencingSupport: 'disable',
    vpnEcmpSupport: 'enable',
  },
  replacesWhen: (before, after) =>
    ['defaultRouteTableAssociation', 'defaultRouteTablePropagation'].filter(
      (name) => before[name] === 'disable' && after[name] !== 'disable',
    ),
  heldCode: 'IncorrectState',
  refuse({ inputs }) {
    // These are on unless disabled, and then every spoke would reach every other. The path check knows declared tables only, so it cannot allow
    // the defaults.
    for (const name of ['defaultRouteTableAssociation', 'defaultRouteTablePropagation'])
      if (inputs[name] !== 'disable')
        throw new UnsupportedError(`${name} "${inputs[name] ?? 'enable'}" of ${TRANSIT_GATEWAY}: set it to "disable"`)
    const asn = number(inputs, 'amazonSideAsn') ?? 64512
    if (!((asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294)))
      throw new AwsError('InvalidParameterValue', `Value (${asn}) for parameter AmazonSideAsn is invalid.`)
  },
  answer(situation) {
    const id = `tgw-0${situation.stableToken(16)}`
    return {
      id,
      outputs: {
        arn: arn(situation, 'ec2', `transit-gateway/${id}`),
        ownerId: situation.account,
        amazonSideAsn: number(situation.inputs, 'amazonSideAsn') ?? 64512,
        autoAcceptSharedAttachments: situation.inputs.autoAcceptSharedAttachments ?? 'disable',
        dnsSupport: situation.inputs.dnsSupport ?? 'enable',
        associationDefaultRouteTableId: '',
        propagationDefaultRouteTableId: '',
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const resource = ec2Arn(situation, 'transit-gateway', id)
    return {
      create: creation(situation, 'CreateTransitGateway', resource),
      read: calls('ec2:DescribeTransitGateways'),
      update: [
        ...when(changed(situation, ...GATEWAY_OPTIONS), onOwn(situation, 'ModifyTransitGateway', resource)),
        ...ec2Retag(situation, resource),
      ],
      delete: [onOwn(situation, 'DeleteTransitGateway', resource), ...calls('ec2:DescribeTransitGateways')],
    }
  }),
}

const GATEWAY_OPTIONS = [
  'description',
  'amazonSideAsn',
  'autoAcceptSharedAttachments',
  'defaultRouteTableAssociation',
  'defaultRouteTablePropagation',
  'dnsSupport',
  'securityGroupReferencingSupport',
  'transitGatewayCidrBlocks',
  'vpnEcmpSupport',
]
