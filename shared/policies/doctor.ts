/**
 * The read-only role of `genai doctor`, in the hub's account and in every tenant's, for its questions before and after a deployment. It may
 * change nothing, and may read no prompts, items or code of functions.
 */
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/** The name in the samples; `--role` names another. */
export const DOCTOR_ROLE = 'genai-doctor'

const NAMES = 'genai*'

/** Permissions on named resources. Where this project chooses the name, the name is in the ARN. */
const ON: readonly PolicyStatement[] = [
  {
    Sid: 'Names',
    Effect: 'Allow',
    Action: ['iam:GetRole', 'iam:GetPolicy', 'lambda:GetFunctionConfiguration', 'dynamodb:DescribeTable'],
    Resource: [
      `arn:aws:iam::*:role/${NAMES}`,
      // Service-linked roles. For one that does not exist, IAM checks an ARN without its path.
      'arn:aws:iam::*:role/aws-service-role/*',
      'arn:aws:iam::*:role/AWSServiceRoleFor*',
      `arn:aws:iam::*:policy/${NAMES}`,
      `arn:aws:lambda:*:*:function:${NAMES}`,
      `arn:aws:dynamodb:*:*:table/${NAMES}`,
    ],
  },
  {
    Sid: 'Models',
    Effect: 'Allow',
    Action: ['bedrock:GetFoundationModel', 'bedrock:GetInferenceProfile'],
    Resource: ['arn:aws:bedrock:*::foundation-model/*', 'arn:aws:bedrock:*:*:inference-profile/*'],
  },
  {
    Sid: 'DomainAndCertificate',
    Effect: 'Allow',
    Action: ['acm:DescribeCertificate', 'route53:GetHostedZone', 'route53:ListResourceRecordSets'],
    Resource: ['arn:aws:acm:*:*:certificate/*', 'arn:aws:route53:::hostedzone/*'],
  },
  {
    // Policies of the organisation that could deny a deployment. AWS answers only the management account and delegated administrators.
    Sid: 'ServiceControlPolicies',
    Effect: 'Allow',
    Action: ['organizations:DescribePolicy', 'organizations:ListParents', 'organizations:ListPoliciesForTarget'],
    Resource: [
      'arn:aws:organizations::*:account/o-*/*',
      'arn:aws:organizations::*:ou/o-*/ou-*',
      'arn:aws:organizations::*:policy/o-*/service_control_policy/p-*',
      'arn:aws:organizations::*:root/o-*/r-*',
    ],
  },
  { Sid: 'Quotas', Effect: 'Allow', Action: 'servicequotas:GetServiceQuota', Resource: 'arn:aws:servicequotas:*:*:*' },
]

/** Permissions for which IAM has no resource. */
const ALL = [
  'bedrock:GetFoundationModelAvailability',
  'bedrock:GetModelInvocationLoggingConfiguration',
  'bedrock:ListEnforcedGuardrailsConfiguration',
  // To find out which region answered a request to a profile: CloudTrail's event history says who called what, without prompts.
  'cloudtrail:LookupEvents',
  // Lists the names of metrics, without their values.
  'cloudwatch:ListMetrics',
  'ec2:DescribeAddresses',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeTransitGateways',
  'ec2:DescribeVpcEndpointServices',
  'ec2:DescribeVpcs',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeTargetGroups',
  'lambda:GetAccountSettings',
  'logs:DescribeLogGroups',
  'organizations:DescribeOrganization',
  'organizations:ListAWSServiceAccessForOrganization',
  'tag:GetResources',
] as const

export const doctorPolicy = (): PolicyDocument =>
  policy(...ON, { Sid: 'Look', Effect: 'Allow', Action: ALL, Resource: '*' })

/**
 * Lets those who run the command assume the role.
 * @param asker the ARN of their role
 */
export const doctorTrust = (asker: string): PolicyDocument =>
  policy({ Sid: 'WhoeverAsks', Effect: 'Allow', Principal: { AWS: asker }, Action: 'sts:AssumeRole' })
