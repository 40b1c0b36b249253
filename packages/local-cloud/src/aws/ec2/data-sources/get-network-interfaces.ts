/** `aws.ec2.getNetworkInterfaces`: the network interfaces in subnets, as `DescribeNetworkInterfaces` returns them. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Declared } from '../../../ledger/ledger.ts'
import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { known, objects, texts } from '../../../resource/values.ts'
import { type NetworkInterface, networkInterfacesOf } from '../network-interfaces.ts'

/** The interface type in `DescribeNetworkInterfaces`, by the kind of resource that the interface belongs to. */
const INTERFACE_TYPES: Readonly<Record<string, string>> = {
  'aws:lambda/function:Function': 'lambda',
  // Interfaces that a deleted function has left behind.
  'aws:ec2/networkInterface:NetworkInterface': 'lambda',
  'aws:ec2/natGateway:NatGateway': 'nat_gateway',
  'aws:ec2/vpcEndpoint:VpcEndpoint': 'vpc_endpoint',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': 'transit_gateway',
}

type Filter = (one: NetworkInterface, owner: Declared) => readonly string[]

const FILTERS: Readonly<Record<string, Filter>> = {
  'subnet-id': ({ subnetId }) => [subnetId],
  'group-id': ({ securityGroupIds }) => securityGroupIds,
  'interface-type': (_one, { type }) => [INTERFACE_TYPES[type] ?? 'interface'],
}

export const getNetworkInterfaces: InvokeType = {
  token: 'aws:ec2/getNetworkInterfaces:getNetworkInterfaces',
  inputs: ['filters', 'filters.name', 'filters.values'],
  answer({ ledger, account, region, inputs }) {
    const filters = objects(inputs, 'filters').map((filter) => {
      const of = FILTERS[known(filter, 'name')]
      if (!of) throw new UnsupportedError(`the filter "${known(filter, 'name')}" of ${getNetworkInterfaces.token}`)
      return { of, values: texts(filter, 'values') }
    })
    const ids = ledger
      .all()
      .filter((one) => one.account === account && one.region === region)
      .flatMap((owner) =>
        networkInterfacesOf(owner)
          .filter((one) => filters.every(({ of, values }) => of(one, owner).some((value) => values.includes(value))))
          .map(({ id }) => id),
      )
    // The provider treats an empty answer as an error.
    if (ids.length === 0) throw new AwsError('EmptyResult', 'no matching network interfaces found')
    return { id: region, ids }
  },
  permissions: () => calls('ec2:DescribeNetworkInterfaces'),
}
