/** For tests of the hub: its sample settings, and a recording of what it registers. */
import { preflight } from '../hub/preflight/preflight.ts'
import { type HubProgramOutputs, hub } from '../hub/program.ts'
import type { HubSettings } from '../shared/settings.ts'
import { type Inputs, type Recording, record } from './recorder.ts'
import { hub as hubFile, originOf, read } from './settings.ts'

/** Read as a stack's are, so that a new setting has its default here. */
export const HUB_SETTINGS = read(hubFile, {
  shareWithOrganisation: 'arn:aws:organizations::111111111111:organization/o-exampleorg01',
  clientInstance: 'true',
}) as HubSettings

export const HUB_TAGS = { project: 'genai-hub-spoke', stack: 'hub' } as const

export type HubRecording = Recording<Record<keyof HubProgramOutputs, unknown>>

export async function recordHub(change: Partial<HubSettings> = {}, preview = false): Promise<HubRecording> {
  const settings = { ...HUB_SETTINGS, ...change }
  return (await record(
    async () => ({ ...hub(await preflight({ settings, before: {}, origin: originOf('hub'), files: async () => [] })) }),
    {
      stack: 'hub',
      preview,
      answer: preview ? () => ({}) : answer,
      invoke,
    },
  )) as HubRecording
}

const ARN = 'arn:aws:service:us-east-1:111111111111'

/** What AWS would answer beyond the inputs, as far as the program reads it. */
function answer(type: string, _inputs: Inputs, name: string): Inputs {
  switch (type) {
    case 'awsx:ec2:Vpc':
      return {
        vpcId: 'vpc-hub',
        publicSubnetIds: ['subnet-public-a', 'subnet-public-b'],
        privateSubnetIds: ['subnet-private-a', 'subnet-private-b'],
        isolatedSubnetIds: ['subnet-gateway-a', 'subnet-gateway-b'],
      }
    case 'aws:ec2/eip:Eip':
      return { publicIp: '203.0.113.9', allocationId: 'eipalloc-1' }
    case 'aws:ec2/vpcEndpoint:VpcEndpoint':
      return {
        prefixListId: `pl-${name}`,
        dnsEntries: [
          {
            dnsName: 'vpce-0abc-1def.bedrock-runtime.us-east-1.vpce.amazonaws.com',
            hostedZoneId: 'Z',
          },
        ],
      }
    case 'aws:acm/certificate:Certificate':
      return {
        arn: `${ARN}:certificate/1`,
        domainValidationOptions: [
          { resourceRecordName: '_proof.genai.example.com', resourceRecordType: 'CNAME', resourceRecordValue: '_acm' },
        ],
      }
    case 'aws:ec2/vpcEndpointService:VpcEndpointService':
      return {
        arn: `${ARN}:vpc-endpoint-service/vpce-svc-1`,
        serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
        privateDnsNameConfigurations: [
          { name: '_proof', type: 'TXT', value: 'vpce:proof', state: 'pendingVerification' },
        ],
      }
    case 'aws:route53/record:Record':
      return { fqdn: `${name}.genai.example.com` }
    case 'aws:lb/loadBalancer:LoadBalancer':
      return { arn: `${ARN}:loadbalancer/app/genai-hub/1`, dnsName: 'genai-hub-1.elb.amazonaws.com', zoneId: 'ZELB' }
    case 'aws:lb/listener:Listener':
      return { arn: `${ARN}:listener/app/genai-hub/1/${name}` }
    case 'aws:ecr/repository:Repository':
      return { repositoryUrl: '111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway' }
    default:
      return { arn: `${ARN}:${name}` }
  }
}

function invoke(token: string, inputs: Inputs): Inputs {
  switch (token) {
    case 'aws:index/getAvailabilityZones:getAvailabilityZones':
      return { names: ['us-east-1a', 'us-east-1b', 'us-east-1c'], zoneIds: ['use1-az1', 'use1-az2', 'use1-az4'] }
    case 'aws:ec2/getVpcEndpointService:getVpcEndpointService':
      return { availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }
    case 'aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings':
      return { locations: ['us-east-1a', 'us-east-1b'] }
    case 'aws:ec2/getRouteTable:getRouteTable':
      return { routeTableId: `rtb-of-${inputs.subnetId}` }
    case 'aws:route53/getZone:getZone':
      return { name: 'example.com', privateZone: false }
    case 'aws:ssm/getParameter:getParameter':
      return { value: 'ami-0123456789abcdef0' }
    default:
      throw new Error(`The hub asked for ${token}.`)
  }
}
