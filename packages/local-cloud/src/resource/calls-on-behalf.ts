/**
 * Calls that an AWS service makes with its caller's permissions. The provider's source does not list them, and AWS's reference only in
 * part, so each entry names its source.
 */

export interface CallOfService {
  /** The action that the caller calls. */
  readonly by: string
  /** The actions that the service then calls, as the same principal. */
  readonly also: readonly string[]
  readonly source: string
}

export const CALLS_OF_SERVICES: readonly CallOfService[] = [
  {
    by: 'elasticloadbalancing:CreateLoadBalancer',
    also: ['ec2:GetSecurityGroupsForVpc'],
    source: 'kubernetes-sigs/aws-load-balancer-controller#3917',
  },
  {
    by: 'elasticloadbalancing:SetSecurityGroups',
    also: ['ec2:GetSecurityGroupsForVpc'],
    source: 'kubernetes-sigs/aws-load-balancer-controller#3917, whose policy has it for both',
  },
  {
    by: 'elasticloadbalancing:CreateLoadBalancer',
    also: ['iam:CreateServiceLinkedRole'],
    source: 'Elastic Load Balancing user guide, service-linked roles: needed until the account has the role',
  },
  {
    by: 'wafv2:AssociateWebACL',
    also: ['elasticloadbalancing:SetWebAcl', 'elasticloadbalancing:CreateWebACLAssociation'],
    source:
      'aws-cloudformation/cloudformation-coverage-roadmap#386; service authorization reference of elasticloadbalancing, which refers to AssociateWebACL in WAF’s guide',
  },
  {
    by: 'wafv2:GetWebACLForResource',
    also: ['elasticloadbalancing:GetLoadBalancerWebACL'],
    source: 'service authorization reference of elasticloadbalancing',
  },
  {
    by: 'wafv2:DisassociateWebACL',
    also: ['elasticloadbalancing:SetWebAcl', 'elasticloadbalancing:DeleteWebACLAssociation'],
    source: 'as for AssociateWebACL',
  },
  {
    by: 'lambda:CreateFunction',
    also: ['iam:PassRole', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
    source: 'Lambda developer guide, giving functions access to a VPC: what whoever makes the function needs',
  },
  {
    by: 'ecs:RegisterTaskDefinition',
    also: ['iam:PassRole'],
    source: 'ECS developer guide: whoever registers a task definition passes its task role and its task execution role',
  },
  {
    by: 'ecs:CreateCluster',
    also: ['iam:CreateServiceLinkedRole'],
    source: 'ECS developer guide, service-linked role AWSServiceRoleForECS: needed until the account has it',
  },
  {
    by: 'application-autoscaling:RegisterScalableTarget',
    also: ['ecs:DescribeServices', 'ecs:UpdateService', 'iam:CreateServiceLinkedRole'],
    source: 'Application Auto Scaling user guide, additional required permissions',
  },
  {
    by: 'application-autoscaling:PutScalingPolicy',
    also: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DescribeAlarms', 'cloudwatch:DeleteAlarms'],
    source: 'Application Auto Scaling user guide, additional required permissions of target tracking',
  },
  {
    by: 'ec2:CreateFlowLogs',
    also: ['iam:PassRole'],
    source: 'service authorization reference of ec2, dependent actions',
  },
  {
    by: 'ec2:RunInstances',
    also: ['iam:PassRole'],
    source: 'service authorization reference of ec2, dependent actions',
  },
  {
    by: 'ec2:CreateVpcEndpoint',
    also: ['route53:AssociateVPCWithHostedZone'],
    source: 'service authorization reference of ec2, dependent actions',
  },
  {
    by: 'ec2:CreateTransitGatewayVpcAttachment',
    also: ['iam:CreateServiceLinkedRole'],
    source:
      'Transit Gateway guide, service-linked role AWSServiceRoleForVPCTransitGateway: needed until the account has it',
  },
  {
    by: 'iam:AddRoleToInstanceProfile',
    also: ['iam:PassRole'],
    source: 'service authorization reference of iam, dependent actions',
  },
  {
    by: 'bedrock:CreateGuardrail',
    also: ['bedrock:TagResource'],
    source: 'Bedrock user guide, permissions to create guardrails: needed where tags are passed',
  },
  {
    by: 'bedrock:PutModelInvocationLoggingConfiguration',
    also: ['iam:PassRole'],
    source: 'IAM user guide: whoever hands a role to a service passes it',
  },
  {
    by: 'oam:CreateLink',
    also: ['cloudwatch:Link'],
    source: 'CloudWatch user guide, permissions to link accounts: needed where metrics are shared',
  },
  {
    by: 'cloudfront:CreateDistribution',
    also: ['wafv2:GetWebACL'],
    source:
      'WAF developer guide, permissions to associate a web ACL: with a distribution, by the distribution’s own call',
  },
  {
    by: 'cloudfront:UpdateDistribution',
    also: ['wafv2:GetWebACL'],
    source:
      'WAF developer guide, permissions to associate a web ACL: with a distribution, by the distribution’s own call',
  },
]
