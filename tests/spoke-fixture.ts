/** For tests of a tenant's stack: a hub's outputs, a tenant's settings, and a recording of what the program registers. */

import type { HubCentralModels, HubFargate, HubOutputs } from '../shared/contract.ts'
import type { SpokeSettings } from '../shared/settings.ts'
import { preflight } from '../spoke/preflight/preflight.ts'
import { spoke } from '../spoke/program.ts'
import { type Inputs, record } from './recorder.ts'
import { originOf, read, spoke as spokeFile } from './settings.ts'

export const HUB: HubOutputs = {
  contractVersion: 2,
  account: '111111111111',
  region: 'us-east-1',
  vpcId: 'vpc-hub',
  cidrBlock: '10.0.0.0/16',
  spokesCidrBlock: '10.64.0.0/10',
  privateSubnets: [
    { id: 'subnet-a', cidrBlock: '10.0.0.0/19', zoneId: 'use1-az1' },
    { id: 'subnet-b', cidrBlock: '10.0.64.0/19', zoneId: 'use1-az2' },
  ],
  zoneIds: ['use1-az1', 'use1-az2'],
  transitGatewayId: 'tgw-1',
  transitGatewayArn: 'arn:aws:ec2:us-east-1:111111111111:transit-gateway/tgw-1',
  hubRouteTableId: 'tgw-rtb-hub',
  spokesRouteTableId: 'tgw-rtb-spokes',
  resourceShareArn: 'arn:aws:ram:us-east-1:111111111111:resource-share/1',
  sharing: { kind: 'organisation', arn: 'arn:aws:organizations::111111111111:organization/o-1' },
  gatewayUrl: 'https://genai.example.com',
  loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/genai-hub/1',
  loadBalancerDnsName: 'genai-hub-1.us-east-1.elb.amazonaws.com',
  listenerArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:listener/app/genai-hub/1/2',
  listenerProtocol: 'HTTPS',
  userPoolId: 'us-east-1_pool',
  userPoolArn: 'arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_pool',
  userPoolClientId: 'client-1',
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool',
  keySetVia: 'endpoint',
  tableName: 'genai-tenants',
  tableArn: 'arn:aws:dynamodb:us-east-1:111111111111:table/genai-tenants',
  usageTableName: 'genai-usage',
  usageTableArn: 'arn:aws:dynamodb:us-east-1:111111111111:table/genai-usage',
  concurrencyLimit: 1000,
  auditFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:genai-audit',
  endpointSecurityGroupId: 'sg-endpoints',
  dynamodbPrefixListId: 'pl-dynamodb',
  parkingSecurityGroupId: 'sg-parking',
  onboardingRoleArn: 'arn:aws:iam::111111111111:role/genai-onboarding',
  permissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/genai-gateway-boundary',
  deletionProtection: true,
}

/** Read as a stack's are, so that a new setting has its default here. */
export const SETTINGS = read(spokeFile, {
  roleArn: 'arn:aws:iam::222222222222:role/genai-deployer',
  models: '{"fast":"us.amazon.nova-2-lite-v1:0"}',
}) as SpokeSettings

export const DIGEST = `sha256:${'a1'.repeat(32)}`

export const HUB_FARGATE: HubFargate = {
  clusterArn: 'arn:aws:ecs:us-east-1:111111111111:cluster/genai',
  clusterName: 'genai',
  repositoryName: 'genai-gateway',
  repositoryArn: 'arn:aws:ecr:us-east-1:111111111111:repository/genai-gateway',
  repositoryUrl: '111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway',
  taskSecurityGroupId: 'sg-tasks',
  taskBoundaryArn: 'arn:aws:iam::111111111111:policy/genai-task-boundary',
  baseImage: `public.ecr.aws/docker/library/node@sha256:${'b2'.repeat(32)}`,
  vcpuLimit: 6,
  listenerRules: 100,
}

export const ENDPOINT_HOST = 'vpce-0abc-1def.bedrock-runtime.us-east-1.vpce.amazonaws.com'
/** As in the tenant's account: names stand for other zones than in the hub's. */
export const ZONES = {
  names: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  zoneIds: ['use1-az2', 'use1-az1', 'use1-az3'],
}

function answer(type: string, inputs: Inputs, name: string): Inputs {
  const arn = `arn:${type.split(':').at(-1)}:${name}`
  switch (type) {
    case 'aws:ec2/vpcEndpoint:VpcEndpoint':
      return {
        id: 'vpce-0abc',
        dnsEntries: [
          { dnsName: 'vpce-0abc-1def-us-east-1a.bedrock-runtime.us-east-1.vpce.amazonaws.com', hostedZoneId: 'Z' },
          { dnsName: ENDPOINT_HOST, hostedZoneId: 'Z' },
        ],
      }
    case 'aws:ec2transitgateway/vpcAttachment:VpcAttachment':
      return { id: 'tgw-attach-1' }
    case 'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter':
      return { id: inputs.transitGatewayAttachmentId, transitGatewayId: 'tgw-1' }
    default:
      return { arn }
  }
}

export const CENTRAL: HubCentralModels = {
  endpointId: 'vpce-hub',
  endpointHost: 'vpce-0hub-1def.bedrock-runtime.us-east-1.vpce.amazonaws.com',
  securityGroupId: 'sg-central',
  modelIds: ['us.amazon.nova-2-lite-v1:0'],
  modelRegions: {},
  groupRules: 60,
}

/** A tenant at the shared endpoint has no addresses. */
function settingsOf(settings: Partial<SpokeSettings>): SpokeSettings {
  const { cidrBlock, availabilityZoneIds, ...others } = SETTINGS
  if (settings.modelEndpoint === 'hub') return { ...others, availabilityZoneIds: [], ...settings }
  return { ...SETTINGS, ...settings }
}

export interface RunOptions {
  readonly zones?: readonly string[]
  readonly preview?: boolean
  /** Blocks of other tenants. */
  readonly others?: readonly string[]
  /** How long a function that was deployed may take to answer. */
  readonly functionSeconds?: number
  /** Is given every data source that was asked. */
  readonly asked?: { token: string; inputs: Inputs }[]
}

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:111111111111:function:genai-gateway-tenant1'

export const run = (
  settings: Partial<SpokeSettings> = {},
  hub: Partial<HubOutputs> = {},
  { zones = ZONES.names, preview = false, others = [], asked = [], functionSeconds = 0 }: RunOptions = {},
) =>
  record(
    async () => ({
      ...spoke(
        await preflight({
          settings: settingsOf(settings),
          hub: { ...HUB, ...hub },
          before: functionSeconds === 0 ? {} : { functionArn: FUNCTION_ARN, timeoutSeconds: functionSeconds },
          origin: originOf('spoke-tenant1'),
          files: async () => [],
        }),
      ),
    }),
    {
      stack: 'spoke-tenant1',
      answer,
      invoke: (token, inputs) => {
        asked.push({ token, inputs })
        if (token.includes('getAvailabilityZones')) return ZONES
        if (token.includes('getVpcEndpointService')) return { availabilityZones: zones }
        if (token.includes('getImage')) return { imageDigest: DIGEST }
        // One VPC of the tenant is there, and reached.
        if (token.includes('getVpcs')) return { ids: ['vpc-own'] }
        // A group of a gateway a tenant, this one's among them.
        if (token.includes('getSecurityGroups'))
          return { ids: ['sg-own', ...(inputs.tags ? [] : others.map((_, index) => `sg-other-${index}`))] }
        if (token.includes('getSecurityGroupRules')) return { ids: [] }
        if (token.includes('getRoles')) return { names: [] }
        const own = JSON.stringify(inputs).includes('vpc-own')
        return {
          routes: [SETTINGS.cidrBlock, ...(own ? [] : others)].map((block) => ({ destinationCidrBlock: block })),
        }
      },
      preview,
    },
  )
