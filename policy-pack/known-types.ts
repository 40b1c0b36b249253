/**
 * The types that the rules were written for. Any other one is refused: what a rule does not know, it cannot judge, and a database
 * without encryption or an API without tokens would pass in silence. Before a type is added here, read what it can open, keep or
 * send, and write the rules for it.
 */

/** What the programs declare, in one variant or another: held to exactly that by a test (tests/policies/pack.test.ts). */
export const DECLARED_TYPES: readonly string[] = [
  'aws:acm/certificate:Certificate',
  'aws:acm/certificateValidation:CertificateValidation',
  'aws:appautoscaling/policy:Policy',
  'aws:appautoscaling/target:Target',
  'aws:bedrock/guardrail:Guardrail',
  'aws:bedrock/guardrailVersion:GuardrailVersion',
  'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration',
  'aws:cloudwatch/dashboard:Dashboard',
  'aws:cloudwatch/eventRule:EventRule',
  'aws:cloudwatch/eventTarget:EventTarget',
  'aws:cloudwatch/logGroup:LogGroup',
  'aws:cloudwatch/logMetricFilter:LogMetricFilter',
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter',
  'aws:cloudwatch/metricAlarm:MetricAlarm',
  'aws:cognito/resourceServer:ResourceServer',
  'aws:cognito/userGroup:UserGroup',
  'aws:cognito/userPool:UserPool',
  'aws:cognito/userPoolClient:UserPoolClient',
  'aws:cognito/userPoolDomain:UserPoolDomain',
  'aws:dynamodb/resourcePolicy:ResourcePolicy',
  'aws:dynamodb/table:Table',
  'aws:dynamodb/tableItem:TableItem',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  'aws:ec2/eip:Eip',
  'aws:ec2/eipAssociation:EipAssociation',
  'aws:ec2/flowLog:FlowLog',
  'aws:ec2/instance:Instance',
  'aws:ec2/internetGateway:InternetGateway',
  'aws:ec2/natGateway:NatGateway',
  'aws:ec2/route:Route',
  'aws:ec2/routeTable:RouteTable',
  'aws:ec2/routeTableAssociation:RouteTableAssociation',
  'aws:ec2/securityGroup:SecurityGroup',
  'aws:ec2/subnet:Subnet',
  'aws:ec2/vpc:Vpc',
  'aws:ec2/vpcEndpoint:VpcEndpoint',
  'aws:ec2transitgateway/route:Route',
  'aws:ec2transitgateway/routeTable:RouteTable',
  'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation',
  'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation',
  'aws:ec2transitgateway/transitGateway:TransitGateway',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter',
  'aws:ecr/lifecyclePolicy:LifecyclePolicy',
  'aws:ecr/repository:Repository',
  'aws:ecs/cluster:Cluster',
  'aws:ecs/service:Service',
  'aws:ecs/taskDefinition:TaskDefinition',
  'aws:iam/instanceProfile:InstanceProfile',
  'aws:iam/policy:Policy',
  'aws:iam/role:Role',
  'aws:iam/rolePolicy:RolePolicy',
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  'aws:lambda/function:Function',
  'aws:lambda/invocation:Invocation',
  'aws:lambda/permission:Permission',
  'aws:lb/listener:Listener',
  'aws:lb/listenerRule:ListenerRule',
  'aws:lb/loadBalancer:LoadBalancer',
  'aws:lb/targetGroup:TargetGroup',
  'aws:lb/targetGroupAttachment:TargetGroupAttachment',
  'aws:ram/principalAssociation:PrincipalAssociation',
  'aws:ram/resourceAssociation:ResourceAssociation',
  'aws:ram/resourceShare:ResourceShare',
  'aws:ram/resourceShareAccepter:ResourceShareAccepter',
  'aws:route53/record:Record',
  'aws:s3/bucket:Bucket',
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls',
  'aws:s3/bucketPolicy:BucketPolicy',
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
  'aws:wafv2/webAcl:WebAcl',
  'aws:wafv2/webAclAssociation:WebAclAssociation',
]

/** Not declared here, and judged in full all the same: other ways to write what is. */
const ALSO_JUDGED: readonly string[] = [
  'aws:ec2/defaultRouteTable:DefaultRouteTable',
  'aws:ec2/managedPrefixList:ManagedPrefixList',
  'aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry',
  'aws:ec2/securityGroupRule:SecurityGroupRule',
  'aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy',
]

/** This project's components, Pulumi's own, and the one component whose children are declared to the engine. */
const COMPONENTS = /^(genai:|pulumi:|awsx:ec2:Vpc$)/

const KNOWN: ReadonlySet<string> = new Set([...DECLARED_TYPES, ...ALSO_JUDGED])

export const isKnownType = (type: string): boolean => COMPONENTS.test(type) || KNOWN.has(type)
