/** The `Describe*` operations, one entry each, answered from the declared resources. */
import { AwsError } from '../../../errors.ts'
import type { Declared } from '../../../ledger/ledger.ts'
import { known, number, text, texts } from '../../../resource/values.ts'
import type { ApiCall, ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, structure } from '../../../wire/protocol/shape.ts'
import { chosen, declaredOf, ec2Tags, type Row, tagsOf } from '../../described.ts'
import { networkInterfacesOf, SUBNET } from '../network-interfaces.ts'
import { ROUTE } from '../resources/route.ts'
import { ROUTE_TABLE } from '../resources/route-table.ts'
import { ROUTE_TABLE_ASSOCIATION } from '../resources/route-table-association.ts'
import { SECURITY_GROUP } from '../resources/security-group.ts'
import { EGRESS_RULE } from '../resources/security-group-egress-rule.ts'
import { INGRESS_RULE } from '../resources/security-group-ingress-rule.ts'
import { VPC } from '../resources/vpc.ts'
import { VPC_ENDPOINT } from '../resources/vpc-endpoint.ts'
import { ATTACHMENT, attachmentState, TRANSIT_GATEWAY } from '../transit-gateway-state.ts'
import { COMMON, REFUSALS, TEXTS } from './input.ts'

interface Described {
  /** The member of the answer that contains the rows. */
  readonly set: string
  /** The parameter that selects by ids, and AWS's error code if one of them does not exist. */
  readonly ids: readonly [parameter: string, code: string]
  readonly rows: (call: ApiCall) => readonly Row[]
}

const row = (one: Declared, filters: Row['filters'], answer: Row['answer']): Row => ({
  id: one.id,
  filters,
  tags: tagsOf(one),
  answer: { ...answer, tagSet: ec2Tags(tagsOf(one)) },
})

const DESCRIBED: Readonly<Record<string, Described>> = {
  DescribeAddresses: {
    set: 'addressesSet',
    ids: ['AllocationId', 'InvalidAllocationID.NotFound'],
    rows: (call) =>
      declaredOf(call, 'aws:ec2/eip:Eip').map((one) =>
        row(one, {}, { allocationId: one.id, publicIp: text(one.outputs, 'publicIp'), domain: 'vpc' }),
      ),
  },
  DescribeNetworkInterfaces: {
    set: 'networkInterfaceSet',
    ids: ['NetworkInterfaceId', 'InvalidNetworkInterfaceID.NotFound'],
    rows: (call) =>
      call.ledger
        .all()
        .filter(({ account, region }) => account === call.account && region === call.region)
        .flatMap((owner) => networkInterfacesOf(owner).map((one) => ({ one, owner })))
        .map(({ one, owner }) => {
          const vpcId = text(call.ledger.find(SUBNET, one.subnetId)?.outputs ?? {}, 'vpcId') ?? ''
          const groups = one.securityGroupIds.map((groupId) => ({ groupId, groupName: groupName(call, groupId) }))
          const description = text(owner.outputs, 'description') ?? ''
          return {
            id: one.id,
            filters: {
              'vpc-id': [vpcId],
              'subnet-id': [one.subnetId],
              'group-id': one.securityGroupIds,
              'group-name': groups.flatMap(({ groupName = [] }) => groupName),
            },
            answer: {
              networkInterfaceId: one.id,
              subnetId: one.subnetId,
              vpcId,
              ownerId: owner.account,
              status: 'in-use',
              privateIpAddress: one.privateIp,
              description,
              groupSet: groups,
            },
          }
        }),
  },
  DescribeRouteTables: {
    set: 'routeTableSet',
    ids: ['RouteTableId', 'InvalidRouteTableID.NotFound'],
    rows: (call) => declaredOf(call, ROUTE_TABLE).map((one) => routeTableRow(call, one)),
  },
  DescribeSecurityGroupRules: {
    set: 'securityGroupRuleSet',
    ids: ['SecurityGroupRuleId', 'InvalidSecurityGroupRuleId.NotFound'],
    rows: (call) =>
      [INGRESS_RULE, EGRESS_RULE].flatMap((type) =>
        declaredOf(call, type).map((one) => {
          const { outputs } = one
          const [groupId, other] = [known(outputs, 'securityGroupId'), text(outputs, 'referencedSecurityGroupId')]
          return row(
            one,
            { 'group-id': [groupId] },
            {
              securityGroupRuleId: one.id,
              groupId,
              isEgress: type === EGRESS_RULE,
              ipProtocol: text(outputs, 'ipProtocol'),
              fromPort: number(outputs, 'fromPort'),
              toPort: number(outputs, 'toPort'),
              cidrIpv4: text(outputs, 'cidrIpv4'),
              prefixListId: text(outputs, 'prefixListId'),
              referencedGroupInfo: other === undefined ? undefined : { groupId: other },
            },
          )
        }),
      ),
  },
  DescribeSecurityGroups: {
    set: 'securityGroupInfo',
    ids: ['GroupId', 'InvalidGroup.NotFound'],
    rows: (call) =>
      declaredOf(call, SECURITY_GROUP).map((one) => {
        const [groupName, vpcId] = [known(one.outputs, 'name'), known(one.outputs, 'vpcId')]
        return row(
          one,
          { 'vpc-id': [vpcId], 'group-name': [groupName], 'group-id': [one.id] },
          {
            groupId: one.id,
            groupName,
            groupDescription: text(one.outputs, 'description'),
            vpcId,
            ownerId: one.account,
          },
        )
      }),
  },
  DescribeSubnets: {
    set: 'subnetSet',
    ids: ['SubnetId', 'InvalidSubnetID.NotFound'],
    rows: (call) =>
      declaredOf(call, SUBNET).map((one) => {
        const { outputs } = one
        const [vpcId, cidrBlock] = [known(outputs, 'vpcId'), known(outputs, 'cidrBlock')]
        const zone = {
          availabilityZone: text(outputs, 'availabilityZone'),
          availabilityZoneId: text(outputs, 'availabilityZoneId'),
        }
        return row(
          one,
          { 'vpc-id': [vpcId], 'cidr-block': [cidrBlock], 'availability-zone-id': [zone.availabilityZoneId ?? ''] },
          { subnetId: one.id, vpcId, cidrBlock, state: 'available', ownerId: one.account, ...zone },
        )
      }),
  },
  DescribeTransitGateways: {
    set: 'transitGatewaySet',
    ids: ['TransitGatewayIds', 'InvalidTransitGatewayID.NotFound'],
    rows: (call) =>
      declaredOf(call, TRANSIT_GATEWAY).map((one) =>
        row(
          one,
          { state: ['available'] },
          {
            transitGatewayId: one.id,
            transitGatewayArn: known(one.outputs, 'arn'),
            state: 'available',
            ownerId: one.account,
          },
        ),
      ),
  },
  DescribeTransitGatewayVpcAttachments: {
    set: 'transitGatewayVpcAttachments',
    ids: ['TransitGatewayAttachmentIds', 'InvalidTransitGatewayAttachmentID.NotFound'],
    rows: (call) => attachmentsSeen(call).map((one) => attachmentRow(call, one)),
  },
  DescribeVpcEndpoints: {
    set: 'vpcEndpointSet',
    ids: ['VpcEndpointId', 'InvalidVpcEndpointId.NotFound'],
    rows: (call) =>
      declaredOf(call, VPC_ENDPOINT).map((one) => {
        const { outputs } = one
        const [vpcId, serviceName] = [known(outputs, 'vpcId'), known(outputs, 'serviceName')]
        return row(
          one,
          { 'vpc-id': [vpcId], 'service-name': [serviceName] },
          {
            vpcEndpointId: one.id,
            vpcEndpointType: text(outputs, 'vpcEndpointType'),
            vpcId,
            serviceName,
            state: text(outputs, 'state'),
            policyDocument: text(outputs, 'policy'),
            privateDnsEnabled: outputs.privateDnsEnabled === true,
            subnetIdSet: [...texts(outputs, 'subnetIds')],
            ownerId: one.account,
          },
        )
      }),
  },
  DescribeVpcs: {
    set: 'vpcSet',
    ids: ['VpcId', 'InvalidVpcID.NotFound'],
    rows: (call) =>
      declaredOf(call, VPC).map((one) =>
        row(
          one,
          { 'is-default': ['false'], cidr: [known(one.outputs, 'cidrBlock')] },
          {
            vpcId: one.id,
            cidrBlock: known(one.outputs, 'cidrBlock'),
            state: 'available',
            isDefault: false,
            ownerId: one.account,
          },
        ),
      ),
  },
}

/** A route table with its routes and its associations, which have no tags of their own. */
function routeTableRow({ ledger }: ApiCall, one: Declared): Row {
  const routes = ledger.where(ROUTE, 'routeTableId', one.id).map(({ outputs }) => ({
    destinationCidrBlock: text(outputs, 'destinationCidrBlock'),
    gatewayId: text(outputs, 'gatewayId'),
    natGatewayId: text(outputs, 'natGatewayId'),
    transitGatewayId: text(outputs, 'transitGatewayId'),
    state: 'active',
  }))
  const associations = ledger.where(ROUTE_TABLE_ASSOCIATION, 'routeTableId', one.id).map(({ id, outputs }) => ({
    routeTableAssociationId: id,
    routeTableId: one.id,
    subnetId: known(outputs, 'subnetId'),
    main: false,
  }))
  const vpcId = known(one.outputs, 'vpcId')
  return row(
    one,
    { 'vpc-id': [vpcId], 'association.subnet-id': associations.map(({ subnetId }) => subnetId) },
    { routeTableId: one.id, vpcId, ownerId: one.account, routeSet: routes, associationSet: associations },
  )
}

const groupName = ({ ledger }: ApiCall, id: string) => text(ledger.find(SECURITY_GROUP, id)?.outputs ?? {}, 'name')

/** The caller's own attachments, and other accounts' attachments to the caller's own Transit Gateway. */
const attachmentsSeen = ({ ledger, account, region }: ApiCall) =>
  ledger.all(ATTACHMENT).filter((one) => {
    const gateway = ledger.find(TRANSIT_GATEWAY, known(one.outputs, 'transitGatewayId'))
    return one.region === region && (one.account === account || gateway?.account === account)
  })

function attachmentRow({ ledger }: ApiCall, one: Declared): Row {
  const [vpcId, gateway] = [known(one.outputs, 'vpcId'), known(one.outputs, 'transitGatewayId')]
  const state = attachmentState(ledger, one)
  return row(
    one,
    { 'transit-gateway-id': [gateway], 'vpc-id': [vpcId], state: [state] },
    { transitGatewayAttachmentId: one.id, transitGatewayId: gateway, vpcId, vpcOwnerId: one.account, state },
  )
}

const operation =
  (name: string, { set, ids: [parameter, code], rows }: Described): ApiOperation<XmlValue> =>
  async (call) => {
    const input = read(structure({ ...COMMON, [parameter]: TEXTS }), call.input, REFUSALS)
    await call.permit(`ec2:${name}`)
    const ids = (input as Readonly<Record<string, readonly string[]>>)[parameter] ?? []
    const all = rows(call)
    const missing = ids.filter((id) => !all.some((one) => one.id === id))
    if (missing.length > 0) throw new AwsError(code, `The id '${missing.join(', ')}' does not exist`)
    const found = chosen(all, ids, (input.Filter ?? []) as never, name)
    const from = Number(input.NextToken ?? 0)
    const end = from + (input.MaxResults ?? found.length)
    return {
      [set]: found.slice(from, end).map(({ answer }) => answer),
      nextToken: end < found.length ? String(end) : undefined,
    }
  }

export const described: Readonly<Record<string, ApiOperation<XmlValue>>> = Object.fromEntries(
  Object.entries(DESCRIBED).map(([name, one]) => [name, operation(name, one)]),
)
