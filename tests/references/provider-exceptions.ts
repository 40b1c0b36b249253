/**
 * Calls of the AWS provider that the local cloud does not ask for, each with the input or the state that needs it; and calls that it
 * asks for although the provider's call graph does not have them. `lb/loadBalancer create elasticloadbalancing:SetSubnets`.
 */
import type { Exceptions } from './exceptions.ts'

const TAGS_ARE_THERE = 'the tags come with the description'
const GENERIC_TAGGING = 'one function for the tags of every kind: it takes none off what is new'
const RETAGGING_IAM = 'one function for the tags of every kind of IAM: it calls the one of this kind'
const INLINE_RULES = 'rules inside of the group, or rules revoked on deletion: the programs declare each rule by itself'
const GATEWAY_DEFAULTS = 'a gateway with default route tables: ours has none'
const GUARD_DUTY = 'an endpoint that GuardDuty put into the VPC'
const PARTS_OF_BUCKET = 'a setting inside of the bucket: each has a resource of its own here'

export const NOT_ASKED: Exceptions = [
  [/^lambda\/invocation (update|delete) lambda:InvokeFunction$/, 'another lifecycleScope than CREATE_ONLY'],
  [/ ec2:DescribeTags$/, TAGS_ARE_THERE],
  [/^(cognito\/userPool|lambda\/function) read \S+:List(Tags|TagsForResource)$/, TAGS_ARE_THERE],
  [/^iam\/\w+ read iam:List\w+Tags$/, TAGS_ARE_THERE],
  [/^ecs\/\w+ read ecs:ListTagsForResource$/, TAGS_ARE_THERE],
  [/^ecs\/service \w+ ecs:StopServiceDeployment$/, 'sigintRollback'],
  [/^ecs\/taskDefinition delete ecs:DeregisterTaskDefinition$/, 'skipDestroy is set: a service may go back to it'],
  [/ create \S+:(DeleteTags|RemoveTags|Untag\w+)$/, GENERIC_TAGGING],
  [/^iam\/\w+ update iam:(Tag|Untag)\w+$/, RETAGGING_IAM],
  [/^acm\/certificate \w+ acm:(Import|Renew)Certificate$/, 'certificateBody, earlyRenewalDuration'],
  [/^acm\/certificate update acm:UpdateCertificateOptions$/, 'options'],
  [/^cloudwatch\/logGroup update logs:(Disa|A)ssociateKmsKey$/, 'kmsKeyId'],
  [/^dynamodb\/table create dynamodb:(DescribeImport|ImportTable|RestoreTable\w+)$/, 'importTable, restore…'],
  [/^dynamodb\/table (create|delete) dynamodb:UpdateTable$/, 'replicas'],
  [/^dynamodb\/tableItem update dynamodb:DeleteItem$/, 'another key, which replaces the item here'],
  [/^ec2\/(default)?[sS]ecurityGroup \w+ ec2:(Authorize|Revoke)SecurityGroup(In|E)gress$/, INLINE_RULES],
  [/^ec2\/(default)?[sS]ecurityGroup \w+ ec2:DescribeSecurityGroupRules$/, INLINE_RULES],
  [/^ec2\/eip \w+ ec2:((Disa|A)ssociateAddress|GetIpamPoolAllocations)$/, 'instance, networkInterface, ipamPoolId'],
  [
    /^ec2\/instance \w+ ec2:(Una|A)ssign(Ipv6|PrivateIp)Addresses$/,
    'secondaryPrivateIps, ipv6AddressCount: none is given',
  ],
  [
    /^ec2\/instance create ec2:(\w*IamInstanceProfile\w*|Modify\w+|StartInstances|StopInstances)$/,
    'the creation goes on as an update, which has nothing to change',
  ],
  [
    /^ec2\/instance \w+ ec2:Describe(Images|LaunchTemplates|LaunchTemplateVersions|SpotInstanceRequests|VolumesModifications|Vpcs)$/,
    'launchTemplate, instanceMarketOptions, a volume of another size, the default VPC: reads, and all reads are granted',
  ],
  [
    /^ec2\/instance \w+ ec2:(CancelSpotInstanceRequests|GetPasswordData|MonitorInstances|UnmonitorInstances)$/,
    'instanceMarketOptions, getPasswordData, monitoring',
  ],
  [
    /^ec2\/instance update ec2:Modify(InstanceCapacityReservationAttributes|InstanceCpuOptions|InstanceCreditSpecification|InstanceMaintenanceOptions|NetworkInterfaceAttribute|PrivateDnsNameOptions)$/,
    'capacityReservationSpecification, cpuOptions, creditSpecification, maintenanceOptions, sourceDestCheck, privateDnsNameOptions',
  ],
  [
    /^ec2\/natGateway update ec2:(\w+NatGatewayAddress|DescribeAvailabilityZones)$/,
    'secondary addresses, a regional gateway',
  ],
  [
    /^ec2\/vpcEndpointService (create|update) ec2:ModifyVpcEndpointServicePermissions$/,
    'allowedPrincipals: each tenant and each partner is a resource of its own here',
  ],
  [/^ec2\/routeTable \w+ ec2:((Create|Delete|Replace)Route|\w+VgwRoutePropagation)$/, 'routes, propagatingVgws'],
  [/^ec2\/routeTable \w+ ec2:DescribeNetworkInterfaces$/, 'a route to an interface of somebody else’s'],
  [/^ec2\/routeTable delete ec2:DisassociateRouteTable$/, 'an association that is no resource'],
  [/^ec2\/routeTableAssociation update ec2:AssociateRouteTable$/, 'an association that is gone'],
  [
    /^ec2\/securityGroup delete ec2:(Delete|Detach)NetworkInterface$/,
    'interfaces that Lambda left behind, which the local cloud does not have; it asks for them with the subnets',
  ],
  [/^ec2\/subnet \w+ ec2:(Disa|A)ssociateSubnetCidrBlock$/, 'ipv6CidrBlock'],
  [/^ec2\/(subnet|vpc) delete ec2:GetIpamPoolAllocations$/, 'ipamPool'],
  [/^ec2\/subnet delete ec2:(DescribeVpcEndpoints|DescribeVpcs|ModifyVpcEndpoint)$/, GUARD_DUTY],
  [
    /^ec2\/vpc delete ec2:(DeleteSecurityGroup|DeleteVpcEndpoints|DescribeSecurityGroups|DescribeVpcEndpoints)$/,
    GUARD_DUTY,
  ],
  [
    /^ec2\/vpc update ec2:((Disa|A)ssociateVpcCidrBlock|ModifyVpcTenancy)$/,
    'assignGeneratedIpv6CidrBlock, instanceTenancy',
  ],
  [/^ec2\/vpcEndpoint \w+ ec2:(AcceptVpcEndpointConnections|DescribeVpcEndpointServiceConfigurations)$/, 'autoAccept'],
  [/^ec2transitgateway\/routeTableAssociation create ec2:D\w+$/, 'replaceExistingAssociation'],
  [/^ec2transitgateway\/transitGateway create ec2:ModifyTransitGateway$/, 'encryptionSupport'],
  [/^ec2transitgateway\/vpcAttachment(Accepter)? \w+ ec2:\w+TransitGatewayRouteTable\w*$/, GATEWAY_DEFAULTS],
  [/^iam\/instanceProfile \w+ iam:RemoveRoleFromInstanceProfile$/, 'a role that is gone'],
  [/^iam\/policy update iam:SetDefaultPolicyVersion$/, 'a new version is the default'],
  [
    /^iam\/role \w+ iam:(\w+RolePolicy|ListAttachedRolePolicies|ListRolePolicies)$/,
    'inlinePolicies, managedPolicyArns, forceDetachPolicies',
  ],
  [/^iam\/role (create|delete) iam:(DeleteRole|ListInstanceProfilesForRole)$/, 'a creation that is taken back'],
  [/^iam\/role \w+ iam:RemoveRoleFromInstanceProfile$/, 'a profile that has the role'],
  [/^lambda\/function update lambda:\w+CodeSigningConfig$/, 'codeSigningConfigArn'],
  [/^lambda\/function update lambda:PublishVersion$/, 'publish'],
  [/^lambda\/function delete lambda:\w+Durable\w+$/, 'durableConfig'],
  [
    /^lb\/loadBalancer \w+ elasticloadbalancing:Modify(CapacityReservation|IpPools)$/,
    'minimumLoadBalancerCapacity, ipamPools',
  ],
  [
    /^lb\/loadBalancer create elasticloadbalancing:Set(IpAddressType|SecurityGroups|Subnets)$/,
    'the creation goes on as an update, which has nothing to change',
  ],
  [/^lb\/loadBalancer update elasticloadbalancing:SetIpAddressType$/, 'ipAddressType'],
  [
    /^s3\/bucket \w+ s3:(Put|Delete)Bucket(Acl|CORS|Logging|ObjectLockConfiguration|Policy|RequestPayment|Versioning|Website)$/,
    PARTS_OF_BUCKET,
  ],
  [/^s3\/bucket \w+ s3:Put(Accelerate|Encryption|Lifecycle|Replication)Configuration$/, PARTS_OF_BUCKET],
  [
    /^s3\/bucket \w+ s3:(Get|Put)BucketTagging$/,
    'only where S3’s control API is refused (terraform-provider-aws#45251)',
  ],
  [/^s3\/bucket \w+ s3:\w+ObjectTagging$/, 'one function for the tags of buckets and objects'],
  [/^cloudfront\/distribution create cloudfront:CreateDistributionWithTags$/, 'IAM knows it as CreateDistribution'],
  [/^cloudfront\/distribution delete cloudfront:\w+ContinuousDeploymentPolicy$/, 'continuousDeploymentPolicyId'],
  [
    /^s3\/bucketObjectv2 \w+ s3:(HeadObject|CreateMultipartUpload|UploadPart|CompleteMultipartUpload|AbortMultipartUpload)$/,
    'IAM knows them as GetObject and PutObject; a file of this size is sent in one piece',
  ],
  [/^s3\/bucketObjectv2 \w+ s3:(PutObjectLegalHold|PutObjectRetention|PutObjectAcl)$/, 'objectLock…, acl'],
  [
    /^s3\/bucketObjectv2 \w+ s3:((Get|Put)BucketTagging|(Put|Delete)ObjectTagging)$/,
    'tags; one function for those of buckets and objects',
  ],
  [/^s3\/bucketObjectv2 delete s3:ListBucketVersions$/, 'a bucket that keeps versions'],
  [/^s3\/bucket delete s3:PutObjectLegalHold$/, 'forceDestroy of locked objects'],
]

const SDK = 'the call graph has no framework resources'

/** Beyond the call graph: it has one service's calls only. What one service asks of another is in the ledger of services' calls. */
export const BEYOND: Exceptions = [
  [/^vpc\/securityGroup(In|E)gressRule ec2:\w+$/, SDK],
  [
    /^s3\/bucket s3:(TagResource|UntagResource|ListTagsForResource)$/,
    'S3’s control API (terraform-provider-aws#45251)',
  ],
  [/^s3\/bucket s3:GetBucketLocation$/, 'the region of a bucket'],
  [/^s3\/bucket s3:DeleteObjectVersion$/, 'IAM’s name for the deletion of a version'],
  [/^cloudfront\/distribution cloudfront:CreateDistribution$/, 'IAM’s name for CreateDistributionWithTags'],
  [/^s3\/bucketObjectv2 s3:GetObject$/, 'IAM’s name for HeadObject'],
  [/^s3\/bucketObjectv2 s3:ListBucket$/, 'without it, an object that is gone is forbidden, not "not found"'],
  [/^ec2\/route ec2:DescribeRouteTables$/, 'a route is found in its table'],
  [/^lb\/loadBalancer ec2:DescribeNetworkInterfaces$/, 'the provider waits until the interfaces are gone'],
  [/^dynamodb\/table kms:DescribeKey$/, 'the provider compares the key with AWS’s own'],
]
