/** What the platform team's deployer needs in the hub's account: the hub's stack, and the operators' commands. */
import {
  auditFunctionName,
  auditLogGroupName,
  clusterName,
  keySetsFunctionName,
  keySetsTableName,
  loadBalancerName,
  onboardingRoleName,
  PREFIX,
  repositoryArn,
  roleArn,
  tableName,
} from '../naming.ts'
import { type DeployerScope, manageLogGroups, manageRoles, passRoles, serviceLinkedRole } from './deployer-tenant.ts'
import { DOCTOR_ROLE } from './doctor.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

/** The role that the samples call `platform-deployer`. Managed policies: together they are longer than one may be. */
export function platformDeployerPolicies(
  scope: DeployerScope,
): Readonly<
  Record<'network' | 'front' | 'data' | 'access' | 'fargate' | 'operation' | 'identity' | 'image', PolicyDocument>
> {
  return {
    network: policy(...network(scope)),
    front: policy(...loadBalancer(scope), ...firewall(scope), ...names(scope)),
    data: policy(...storage(scope), ...userPool(scope), ...auditTrail(scope)),
    access: policy(...access(scope), ...sharing(scope)),
    // Of a hub with the setting `fargate` only.
    fargate: policy(...fargate(scope)),
    operation: policy(...operation(scope)),
    identity: policy(...keySets(scope)),
    // Of whoever puts the gateway's image into the hub's repository, and of nobody else.
    image: policy(...image(scope)),
  }
}

const allow = (Sid: string, Action: readonly string[], Resource: PolicyStatement['Resource'] = '*') =>
  ({ Sid, Effect: 'Allow', Action, Resource }) as const

const of = (service: string, ...names: readonly string[]) => names.map((name) => `${service}:${name}`)

function network({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const own = `arn:aws:ec2:${region}:${account}:*`
  const ec2 = (...names: readonly string[]) => of('ec2', ...names)
  return [
    allow('Look', [
      'ec2:Describe*',
      // By Elastic Load Balancing, as whoever makes a load balancer or changes its groups.
      'ec2:GetSecurityGroupsForVpc',
      // Polled after every association and propagation; IAM knows both without a resource.
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
        // Interfaces that Lambda left behind in the tenants' groups and subnets, when those go.
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
    // An endpoint's private names are a zone of AWS's own.
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

function loadBalancer({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const elb = (...names: readonly string[]) => of('elasticloadbalancing', ...names)
  const arn = (kind: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${kind}/app/${loadBalancerName}/*`
  return [
    allow('LookAtLoadBalancers', ['elasticloadbalancing:Describe*']),
    allow(
      'LoadBalancer',
      elb(
        'AddTags',
        'CreateListener',
        'CreateLoadBalancer',
        'DeleteLoadBalancer',
        'ModifyLoadBalancerAttributes',
        'RemoveTags',
        'SetSecurityGroups',
        'SetSubnets',
      ),
      arn('loadbalancer'),
    ),
    allow(
      'Listeners',
      elb('AddTags', 'CreateRule', 'DeleteListener', 'ModifyListener', 'ModifyListenerAttributes', 'RemoveTags'),
      arn('listener'),
    ),
    allow('Rules', elb('AddTags', 'DeleteRule', 'ModifyRule', 'RemoveTags', 'SetRulePriorities'), arn('listener-rule')),
    serviceLinkedRole(account, 'elasticloadbalancing.amazonaws.com'),
  ]
}

function firewall({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const waf = (...names: readonly string[]) => of('wafv2', ...names)
  const regional = `arn:aws:wafv2:${region}:${account}:regional`
  return [
    allow(
      'Firewall',
      [
        ...waf('AssociateWebACL', 'CreateWebACL', 'DeleteWebACL', 'GetWebACL', 'GetWebACLForResource'),
        ...waf('ListTagsForResource', 'TagResource', 'UntagResource', 'UpdateWebACL'),
      ],
      `${regional}/webacl/${loadBalancerName}/*`,
    ),
    allow('ManagedRules', waf('CreateWebACL', 'UpdateWebACL'), `${regional}/managedruleset/*/*`),
    allow(
      'ProtectLoadBalancer',
      waf('AssociateWebACL', 'DisassociateWebACL', 'GetWebACLForResource'),
      `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${loadBalancerName}/*`,
    ),
    // By WAF, as whoever associates.
    allow(
      'LetFirewallIn',
      of('elasticloadbalancing', 'CreateWebACLAssociation', 'DeleteWebACLAssociation', 'GetLoadBalancerWebACL'),
      `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${loadBalancerName}/*`,
    ),
    allow('LetFirewallInOfOld', ['elasticloadbalancing:SetWebAcl']),
  ]
}

/** Certificate and records; neither name is known before. */
const names = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow('MakeCertificate', ['acm:RequestCertificate']),
  allow(
    'Certificate',
    of(
      'acm',
      'AddTagsToCertificate',
      'DeleteCertificate',
      'DescribeCertificate',
      'ListTagsForCertificate',
      'RemoveTagsFromCertificate',
    ),
    `arn:aws:acm:${region}:${account}:certificate/*`,
  ),
  allow(
    'Records',
    of('route53', 'ChangeResourceRecordSets', 'GetHostedZone', 'ListResourceRecordSets'),
    'arn:aws:route53:::hostedzone/*',
  ),
  allow('RecordChanges', ['route53:GetChange'], 'arn:aws:route53:::change/*'),
]

function storage({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const bucket = `arn:aws:s3:::${PREFIX}-access-logs-${account}-${region}`
  return [
    allow(
      'AccessLogs',
      [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:DeleteBucketPolicy',
        's3:Get*Configuration',
        's3:GetBucket*',
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:ListTagsForResource',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:PutEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
        's3:TagResource',
        's3:UntagResource',
      ],
      bucket,
    ),
    // Asked for when a bucket without deletionProtection is destroyed.
    allow('EmptyAccessLogs', ['s3:DeleteObject', 's3:DeleteObjectVersion'], `${bucket}/*`),
    allow(
      'Tables',
      of(
        'dynamodb',
        'CreateTable',
        'DeleteTable',
        'DescribeContinuousBackups',
        'DescribeTable',
        'DescribeTimeToLive',
        'ListTagsOfResource',
        'TagResource',
        'UntagResource',
        'UpdateContinuousBackups',
        'UpdateTable',
      ),
      [tableName, keySetsTableName].map((name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`),
    ),
    // The provider looks AWS's own key up by its alias.
    {
      ...allow('TablesKey', ['kms:DescribeKey'], `arn:aws:kms:${region}:${account}:key/*`),
      Condition: { StringEquals: { 'kms:RequestAlias': 'alias/aws/dynamodb' } },
    },
  ]
}

function userPool({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const idp = (...names: readonly string[]) => of('cognito-idp', ...names)
  return [
    allow('MakeUserPool', idp('CreateUserPool')),
    allow(
      'UserPool',
      [
        ...idp('AddCustomAttributes', 'CreateUserPoolClient', 'DeleteUserPool', 'DeleteUserPoolClient'),
        ...idp('DescribeUserPool', 'DescribeUserPoolClient', 'GetUserPoolMfaConfig', 'TagResource'),
        ...idp('UntagResource', 'UpdateUserPool', 'UpdateUserPoolClient'),
      ],
      `arn:aws:cognito-idp:${region}:${account}:userpool/*`,
    ),
  ]
}

function auditTrail(scope: DeployerScope): readonly PolicyStatement[] {
  const { account, region } = scope
  return [
    allow(
      'HubsFunctions',
      of(
        'lambda',
        'AddPermission',
        'CreateFunction',
        'DeleteFunction',
        'GetFunction',
        'GetFunctionCodeSigningConfig',
        'GetFunctionConcurrency',
        'GetFunctionConfiguration',
        'GetPolicy',
        'ListVersionsByFunction',
        'RemovePermission',
        'TagResource',
        'UntagResource',
        'UpdateFunctionCode',
        'UpdateFunctionConfiguration',
      ),
      [auditFunctionName, keySetsFunctionName].map((name) => `arn:aws:lambda:${region}:${account}:function:${name}`),
    ),
    ...manageLogGroups(scope, [
      `/${PREFIX}/*`,
      `/aws/lambda/${auditFunctionName}*`,
      `/aws/lambda/${keySetsFunctionName}*`,
    ]),
    allow(
      'TrailStays',
      ['logs:PutLogGroupDeletionProtection'],
      `arn:aws:logs:${region}:${account}:log-group:${auditLogGroupName}:*`,
    ),
    // Seen denied to a role that may read `alarm:*`.
    allow('FindAlarms', ['cloudwatch:DescribeAlarms']),
    allow(
      'Alarms',
      of('cloudwatch', 'DeleteAlarms', 'ListTagsForResource', 'PutMetricAlarm', 'TagResource', 'UntagResource'),
      `arn:aws:cloudwatch:${region}:${account}:alarm:${PREFIX}*`,
    ),
  ]
}

/** With `keySetVia: table`. Its log group and alarms are among those of the audit trail. */
const keySets = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow(
    'KeySetsTablesPolicy',
    of('dynamodb', 'DeleteResourcePolicy', 'GetResourcePolicy', 'PutResourcePolicy'),
    `arn:aws:dynamodb:${region}:${account}:table/${keySetsTableName}`,
  ),
  allow(
    'EveryMinute',
    of(
      'events',
      'DeleteRule',
      'DescribeRule',
      'ListTagsForResource',
      'ListTargetsByRule',
      'PutRule',
      'PutTargets',
      'RemoveTargets',
      'TagResource',
      'UntagResource',
    ),
    `arn:aws:events:${region}:${account}:rule/${keySetsFunctionName}`,
  ),
  allow(
    'FetchAtDeployment',
    ['lambda:InvokeFunction'],
    `arn:aws:lambda:${region}:${account}:function:${keySetsFunctionName}`,
  ),
  allow(
    'KeySetsMetrics',
    of('logs', 'DeleteMetricFilter', 'DescribeMetricFilters', 'PutMetricFilter'),
    `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${keySetsFunctionName}:*`,
  ),
]

/** Roles, the onboarding role's policies and the tenants' boundary among them: who holds this is trusted with the hub. */
function access(scope: DeployerScope): readonly PolicyStatement[] {
  const iam = (...names: readonly string[]) => of('iam', ...names)
  const arn = (kind: string) => `arn:aws:iam::${scope.account}:${kind}/${PREFIX}-*`
  return [
    manageRoles(scope),
    allow(
      'HubsRoles',
      iam('AttachRolePolicy', 'DeleteRolePermissionsBoundary', 'DetachRolePolicy', 'PutRolePermissionsBoundary'),
      arn('role'),
    ),
    passRoles(scope, ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'vpc-flow-logs.amazonaws.com']),
    allow(
      'Policies',
      [
        ...iam('CreatePolicy', 'CreatePolicyVersion', 'DeletePolicy', 'DeletePolicyVersion', 'GetPolicy'),
        ...iam('GetPolicyVersion', 'ListPolicyVersions', 'TagPolicy', 'UntagPolicy'),
      ],
      arn('policy'),
    ),
    allow(
      'ClientProfile',
      [
        ...iam('AddRoleToInstanceProfile', 'CreateInstanceProfile', 'DeleteInstanceProfile', 'GetInstanceProfile'),
        ...iam('RemoveRoleFromInstanceProfile', 'TagInstanceProfile', 'UntagInstanceProfile'),
      ],
      arn('instance-profile'),
    ),
  ]
}

const sharing = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow('LookAtShares', ['ram:GetResourceShareAssociations', 'ram:GetResourceShares']),
  allow('MakeShare', ['ram:CreateResourceShare']),
  allow(
    'Share',
    of(
      'ram',
      'AssociateResourceShare',
      'DeleteResourceShare',
      'DisassociateResourceShare',
      'ListResourceSharePermissions',
      'TagResource',
      'UntagResource',
      'UpdateResourceShare',
    ),
    `arn:aws:ram:${region}:${account}:resource-share/*`,
  ),
]

/** Cluster and repository. What puts an image into it is a command's: `operation`. */
function fargate({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const ecs = (...names: readonly string[]) => of('ecs', ...names)
  const ecr = (...names: readonly string[]) => of('ecr', ...names)
  const images = repositoryArn(account, region)
  return [
    allow(
      'Cluster',
      [
        ...ecs('CreateCluster', 'DeleteCluster', 'DescribeClusters', 'TagResource', 'UntagResource'),
        ...ecs('UpdateCluster'),
      ],
      `arn:aws:ecs:${region}:${account}:cluster/${clusterName}`,
    ),
    allow(
      'Repository',
      [
        ...ecr('CreateRepository', 'DeleteLifecyclePolicy', 'DeleteRepository', 'DescribeRepositories'),
        ...ecr('GetLifecyclePolicy', 'ListTagsForResource', 'PutImageScanningConfiguration', 'PutImageTagMutability'),
        ...ecr('PutLifecyclePolicy', 'TagResource', 'UntagResource'),
      ],
      images,
    ),
    serviceLinkedRole(account, 'ecs.amazonaws.com'),
  ]
}

/** What the project's commands ask for themselves, and the roles that tenants are deployed with. */
function operation({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow(
      'DeployTenants',
      ['sts:AssumeRole', 'sts:TagSession'],
      [roleArn(account, onboardingRoleName), roleArn('*', `${PREFIX}-deployer`)],
    ),
    // `genai doctor`: a role that only reads, in every account.
    allow('AskBefore', ['sts:AssumeRole'], roleArn('*', DOCTOR_ROLE)),
    allow(
      'TenantsUsers',
      of(
        'cognito-idp',
        'AdminAddUserToGroup',
        'AdminConfirmSignUp',
        'AdminCreateUser',
        'AdminDeleteUser',
        'AdminDisableUser',
        'AdminEnableUser',
        'AdminRemoveUserFromGroup',
        'AdminSetUserPassword',
        'AdminUserGlobalSignOut',
        'ListUsersInGroup',
      ),
      `arn:aws:cognito-idp:${region}:${account}:userpool/*`,
    ),
    allow(
      'TenantsItems',
      ['dynamodb:Scan', 'dynamodb:UpdateItem'],
      `arn:aws:dynamodb:${region}:${account}:table/${tableName}`,
    ),
    allow('ReadTrail', ['logs:FilterLogEvents'], `arn:aws:logs:${region}:${account}:log-group:${auditLogGroupName}:*`),
  ]
}

/** As AWS's documentation has them for a push, and the question whether the image is there: `npm run genai -- image`. */
function image({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow('SignInToRegistry', ['ecr:GetAuthorizationToken']),
    allow(
      'PushImage',
      [
        ...of('ecr', 'BatchCheckLayerAvailability', 'BatchGetImage', 'CompleteLayerUpload', 'DescribeImages'),
        ...of('ecr', 'InitiateLayerUpload', 'PutImage', 'UploadLayerPart'),
      ],
      repositoryArn(account, region),
    ),
  ]
}
