/** Permissions for the hub's network, its Transit Gateway and the client instance. */
import { allow, of } from './deployer-statements.ts'
import { type DeployerScope, serviceLinkedRole } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

export function network({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const own = `arn:aws:ec2:${region}:${account}:*`
  const ec2 = (...names: readonly string[]) => of('ec2', ...names)
  return [
    allow('Look', [
      'ec2:Describe*',
      // Elastic Load Balancing calls this with the permissions of the caller who makes a load balancer or changes its groups.
      'ec2:GetSecurityGroupsForVpc',
      // The provider polls these after every association and propagation. IAM has no resource for them.
      'ec2:GetTransitGatewayRouteTableAssociations',
      'ec2:GetTransitGatewayRouteTablePropagations',
    ]),
    allow(
      'Network',
      [
        ...ec2('AllocateAddress', 'AssociateAddress', 'AssociateRouteTable', 'AttachInternetGateway'),
        ...ec2('CreateFlowLogs', 'CreateInternetGateway', 'CreateNatGateway', 'CreateRoute', 'CreateRouteTable'),
        ...ec2('CreateSubnet', 'CreateTags', 'CreateVpc', 'DeleteFlowLogs', 'DeleteInternetGateway'),
        ...ec2('DeleteNatGateway', 'DeleteRoute', 'DeleteRouteTable', 'DeleteSubnet', 'DeleteTags', 'DeleteVpc'),
        ...ec2('DetachInternetGateway', 'DisassociateAddress', 'DisassociateRouteTable', 'ModifySubnetAttribute'),
        ...ec2('ModifyVpcAttribute', 'ReleaseAddress', 'ReplaceRoute', 'ReplaceRouteTableAssociation'),
      ],
      own,
    ),
    allow(
      'SecurityGroups',
      [
        ...ec2('AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress', 'CreateSecurityGroup'),
        ...ec2('DeleteSecurityGroup', 'ModifySecurityGroupRules', 'RevokeSecurityGroupEgress'),
        ...ec2('RevokeSecurityGroupIngress'),
        // For interfaces that Lambda left behind in the tenants' groups and subnets, when these are deleted.
        ...ec2('DeleteNetworkInterface', 'DetachNetworkInterface'),
      ],
      own,
    ),
    allow(
      'TransitGateway',
      [
        ...ec2('AssociateTransitGatewayRouteTable', 'CreateTransitGateway', 'CreateTransitGatewayRoute'),
        ...ec2('CreateTransitGatewayRouteTable', 'CreateTransitGatewayVpcAttachment', 'DeleteTransitGateway'),
        ...ec2('DeleteTransitGatewayRoute', 'DeleteTransitGatewayRouteTable', 'DeleteTransitGatewayVpcAttachment'),
        ...ec2('DisableTransitGatewayRouteTablePropagation', 'DisassociateTransitGatewayRouteTable'),
        ...ec2('EnableTransitGatewayRouteTablePropagation', 'ModifyTransitGateway'),
        ...ec2('ModifyTransitGatewayVpcAttachment', 'SearchTransitGatewayRoutes'),
      ],
      own,
    ),
    allow('Endpoints', ec2('CreateVpcEndpoint', 'DeleteVpcEndpoints', 'ModifyVpcEndpoint'), own),
    // An endpoint's private DNS names are in a hosted zone of AWS.
    allow('PrivateNames', ['route53:AssociateVPCWithHostedZone'], 'arn:aws:route53:::hostedzone/*'),
    allow(
      'ClientInstance',
      [
        ...ec2('AssociateIamInstanceProfile', 'DisassociateIamInstanceProfile', 'ModifyInstanceAttribute'),
        ...ec2('ModifyInstanceMetadataOptions', 'ModifyVolume', 'ReplaceIamInstanceProfileAssociation'),
        ...ec2('RunInstances', 'StartInstances', 'StopInstances', 'TerminateInstances'),
      ],
      own,
    ),
    allow('AmazonsImages', ec2('RunInstances'), `arn:aws:ec2:${region}::image/*`),
    allow(
      'AmazonsImageIds',
      ['ssm:GetParameter'],
      `arn:aws:ssm:${region}::parameter/aws/service/ami-amazon-linux-latest/*`,
    ),
    serviceLinkedRole(account, 'transitgateway.amazonaws.com'),
  ]
}
