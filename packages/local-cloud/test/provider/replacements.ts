/** What replaces and what updates, through the provider, for every input that the programs set. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resourceTypes } from '../../src/aws/registry.ts'
import type { Properties } from '../../src/ledger/ledger.ts'
import { diff } from '../../src/testing/provider-calls.ts'
import { changesOf } from './changes.ts'
import { type Fixture, openFixture } from './provider-fixture.ts'
import { nameOf, type World } from './world.ts'

/**
 * As terraform-provider-aws declares them (`ForceNew`, `RequiresReplace`, `CustomizeDiff`): of the inputs that the programs
 * set, those whose change is another resource. Every other one is updated in place.
 */
const REPLACING: Readonly<Record<string, string>> = {
  'aws:acm/certificate:Certificate': 'domainName validationMethod',
  'aws:acm/certificateValidation:CertificateValidation': 'certificateArn validationRecordFqdns',
  'aws:appautoscaling/policy:Policy': 'name resourceId scalableDimension serviceNamespace',
  'aws:appautoscaling/target:Target': 'resourceId scalableDimension serviceNamespace',
  'aws:bedrock/guardrail:Guardrail': '',
  'aws:bedrock/guardrailVersion:GuardrailVersion': 'guardrailArn description',
  'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration': '',
  'aws:cloudfront/distribution:Distribution': '',
  'aws:cloudfront/originAccessControl:OriginAccessControl': '',
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': '',
  'aws:cloudwatch/dashboard:Dashboard': 'dashboardName',
  'aws:cloudwatch/eventRule:EventRule': 'name',
  'aws:cloudwatch/eventTarget:EventTarget': 'rule targetId',
  'aws:cloudwatch/logGroup:LogGroup': 'name namePrefix',
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': 'name logGroupName',
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': 'name logGroup destinationArn',
  'aws:cloudwatch/metricAlarm:MetricAlarm': 'name',
  'aws:cognito/resourceServer:ResourceServer': 'identifier name userPoolId',
  'aws:cognito/userGroup:UserGroup': 'name userPoolId',
  'aws:cognito/userPool:UserPool': 'name usernameAttributes usernameConfiguration',
  'aws:cognito/userPoolClient:UserPoolClient': 'userPoolId generateSecret',
  'aws:cognito/identityProvider:IdentityProvider': 'providerName providerType userPoolId',
  'aws:cognito/userPoolDomain:UserPoolDomain': 'domain userPoolId',
  'aws:dynamodb/resourcePolicy:ResourcePolicy': 'resourceArn',
  'aws:dynamodb/table:Table': 'name hashKey rangeKey',
  'aws:dynamodb/tableItem:TableItem': 'tableName hashKey rangeKey',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': 'vpcId',
  'aws:ec2/eip:Eip': 'domain',
  'aws:ec2/eipAssociation:EipAssociation': 'allocationId instanceId',
  'aws:ec2/flowLog:FlowLog': 'iamRoleArn logDestination logDestinationType trafficType vpcId',
  'aws:ec2/instance:Instance': 'ami subnetId rootBlockDevice.encrypted',
  'aws:ec2/internetGateway:InternetGateway': '',
  'aws:ec2/natGateway:NatGateway': 'subnetId allocationId',
  'aws:ec2/route:Route': 'routeTableId destinationCidrBlock',
  'aws:ec2/routeTable:RouteTable': 'vpcId',
  'aws:ec2/routeTableAssociation:RouteTableAssociation': 'subnetId',
  'aws:ec2/securityGroup:SecurityGroup': 'name description vpcId',
  'aws:ec2/subnet:Subnet': 'vpcId cidrBlock availabilityZone availabilityZoneId',
  'aws:ec2/vpc:Vpc': 'cidrBlock',
  'aws:ec2/vpcEndpoint:VpcEndpoint': 'vpcId serviceName vpcEndpointType',
  'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter': 'vpcEndpointId vpcEndpointServiceId',
  'aws:ec2/vpcEndpointService:VpcEndpointService': '',
  'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple': 'principalArn vpcEndpointServiceId',
  'aws:ec2transitgateway/route:Route': 'blackhole destinationCidrBlock transitGatewayRouteTableId',
  'aws:ec2transitgateway/routeTable:RouteTable': 'transitGatewayId',
  'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation':
    'transitGatewayAttachmentId transitGatewayRouteTableId',
  'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation':
    'transitGatewayAttachmentId transitGatewayRouteTableId',
  // Only when they are turned on.
  'aws:ec2transitgateway/transitGateway:TransitGateway': 'defaultRouteTableAssociation defaultRouteTablePropagation',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': 'transitGatewayId vpcId',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter': 'transitGatewayAttachmentId',
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': 'policy repository',
  'aws:ecr/repository:Repository': 'name',
  'aws:ecs/cluster:Cluster': 'name',
  'aws:ecs/service:Service': 'cluster launchType name',
  'aws:ecs/taskDefinition:TaskDefinition':
    'containerDefinitions cpu executionRoleArn family memory networkMode requiresCompatibilities runtimePlatform.cpuArchitecture runtimePlatform.operatingSystemFamily taskRoleArn',
  'aws:iam/instanceProfile:InstanceProfile': 'name',
  'aws:iam/policy:Policy': 'name description',
  'aws:iam/role:Role': 'name',
  'aws:iam/rolePolicy:RolePolicy': 'name role',
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 'role policyArn',
  'aws:lambda/function:Function': 'name',
  // In CREATE_ONLY's scope, another input is another invocation.
  'aws:lambda/invocation:Invocation': 'functionName input triggers',
  'aws:lambda/permission:Permission': 'action function principal sourceAccount sourceArn statementId',
  'aws:lb/listener:Listener': 'loadBalancerArn',
  'aws:lb/listenerRule:ListenerRule': 'listenerArn',
  'aws:lb/loadBalancer:LoadBalancer': 'name internal loadBalancerType',
  'aws:lb/targetGroup:TargetGroup': 'name port protocol targetType vpcId',
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': 'port targetGroupArn targetId',
  'aws:oam/link:Link': 'labelTemplate sinkIdentifier',
  'aws:oam/sink:Sink': 'name',
  'aws:oam/sinkPolicy:SinkPolicy': 'sinkIdentifier',
  'aws:ram/principalAssociation:PrincipalAssociation': 'principal resourceShareArn',
  'aws:ram/resourceAssociation:ResourceAssociation': 'resourceArn resourceShareArn',
  'aws:ram/resourceShare:ResourceShare': '',
  'aws:ram/resourceShareAccepter:ResourceShareAccepter': 'shareArn',
  'aws:route53/record:Record': 'zoneId name',
  'aws:s3/bucket:Bucket': 'bucket',
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': 'bucket',
  'aws:s3/bucketObjectv2:BucketObjectv2': 'bucket key',
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': 'bucket',
  'aws:s3/bucketPolicy:BucketPolicy': 'bucket',
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': 'bucket',
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': 'bucket',
  'aws:vpc/endpointPrivateDns:EndpointPrivateDns': 'vpcEndpointId',
  'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification': 'serviceId',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 'securityGroupId',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 'securityGroupId',
  'aws:wafv2/ipSet:IpSet': 'ipAddressVersion name scope',
  'aws:wafv2/webAcl:WebAcl': 'name scope',
  'aws:wafv2/webAclAssociation:WebAclAssociation': 'resourceArn webAclArn',
}

/** Known to the local cloud, and declared by no program. */
const UNUSED = [
  'aws:s3/bucketVersioning:BucketVersioning',
  'aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration',
]

export const replacements = (all: readonly World[]) =>
  describe('what replaces', () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await openFixture(all[0] as World)
    })
    afterAll(() => fixture.close())

    it('is known of every type', () => {
      expect([...Object.keys(REPLACING), ...UNUSED].sort()).toEqual([...resourceTypes()].sort())
    })

    it('is as in the AWS provider, for each input that is set, and all that is said to replace is set', async () => {
      const client = fixture.client('111111111111')
      const wrong: string[] = []
      const left = new Set(
        Object.entries(REPLACING).flatMap(([type, paths]) => paths.split(' ').map((path) => `${type} ${path}`)),
      )
      let asked = 0
      for (const resource of all.flatMap(({ resources }) => resources)) {
        const { type, inputs } = resource
        const replacing = REPLACING[type]?.split(' ') ?? []
        for (const [path, changed] of changesOf(inputs)) {
          asked += 1
          const top = path.replace(/\..*/, '')
          const found = replacing.find((one) => one === path || one === top)
          const { changes, replaces } = await diff(client, type, inputs, changed)
          const expected = found === undefined ? [] : [top]
          if (!changes || JSON.stringify(replaces) !== JSON.stringify(expected))
            wrong.push(
              `${nameOf(resource)} (${type}): ${path} → ${changes ? `replaces by [${replaces}]` : 'no change'}`,
            )
          left.delete(`${type} ${found ?? ''}`)
        }
      }
      expect(wrong).toEqual([])
      expect([...left]).toEqual([])
      expect(asked).toBeGreaterThan(1000)
    })

    it.each<[string, Properties, Properties, readonly string[]]>([
      [
        'aws:ec2transitgateway/transitGateway:TransitGateway',
        { defaultRouteTableAssociation: 'enable' },
        { defaultRouteTableAssociation: 'disable' },
        [],
      ],
      ['aws:ec2/vpcEndpoint:VpcEndpoint', {}, { privateDnsEnabled: true }, ['privateDnsEnabled']],
      [
        'aws:ec2/vpcEndpoint:VpcEndpoint',
        { vpcEndpointType: 'Interface' },
        { vpcEndpointType: 'Interface', privateDnsEnabled: true },
        [],
      ],
      ['aws:ec2/instance:Instance', { ebsOptimized: false }, { ebsOptimized: true }, ['ebsOptimized']],
      [
        'aws:ec2/instance:Instance',
        { associatePublicIpAddress: false },
        { associatePublicIpAddress: true },
        ['associatePublicIpAddress'],
      ],
      ['aws:ec2/natGateway:NatGateway', {}, { connectivityType: 'private' }, ['connectivityType']],
      ['aws:lambda/function:Function', {}, { packageType: 'Image' }, ['packageType']],
      ['aws:iam/role:Role', { path: '/' }, { path: '/a/' }, ['path']],
      ['aws:ram/resourceShare:ResourceShare', { permissionArns: ['a'] }, { permissionArns: ['b'] }, ['permissionArns']],
      ['aws:route53/record:Record', { type: 'A' }, { type: 'AAAA' }, []],
      [
        'aws:acm/certificate:Certificate',
        { subjectAlternativeNames: ['a', 'b'] },
        { subjectAlternativeNames: ['b', 'a'] },
        [],
      ],
    ])('of %s: %j → %j', async (type, before, after, replaced) => {
      expect((await diff(fixture.client('111111111111'), type, before, after)).replaces).toEqual(replaced)
    })
  })
