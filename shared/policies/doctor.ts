/**
 * The read-only role of `genai doctor`, the same in the hub's account and in every tenant's: what it is asked with before a deployment
 * and after one. Nothing in it changes anything, or reads a prompt, an item or a function's code.
 */
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/** As the samples call it; `--role` names another. */
export const DOCTOR_ROLE = 'genai-doctor'

const NAMES = 'genai*'

/** What of it is asked about one thing, by the things; a name of this project's wherever the name is this project's to give. */
const ON: readonly PolicyStatement[] = [
  {
    Sid: 'Names',
    Effect: 'Allow',
    Action: ['iam:GetRole', 'iam:GetPolicy', 'lambda:GetFunctionConfiguration', 'dynamodb:DescribeTable'],
    Resource: [
      `arn:aws:iam::*:role/${NAMES}`,
      // Roles that services make for themselves; one that is not there has no path yet.
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
    // What denies a deployment from above. AWS answers the management account and those that it has delegated policies to.
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

/** Known to IAM without a resource, all of them. */
const ALL = [
  'bedrock:GetFoundationModelAvailability',
  'bedrock:GetModelInvocationLoggingConfiguration',
  'bedrock:ListEnforcedGuardrailsConfiguration',
  // Which region answered a request to a profile: the event history, that is who called what; no prompt is in it.
  'cloudtrail:LookupEvents',
  // Under which names there are figures, and none of them.
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

/** Who may ask: whoever runs the command. @param asker ARN of a role */
export const doctorTrust = (asker: string): PolicyDocument =>
  policy({ Sid: 'WhoeverAsks', Effect: 'Allow', Principal: { AWS: asker }, Action: 'sts:AssumeRole' })
