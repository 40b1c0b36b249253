/** Connections that the network must not allow. */

import type { Origin } from '@genai/local-cloud/network/path'
import { LAPTOP } from '../../../cli/demo/validate.ts'
import type { Attempt } from '../attempt.ts'
import { type Outcome, stopped, through } from '../outcome.ts'
import { ATTACKERS_GROUP, type Testbed } from '../testbed/testbed.ts'

/** @default a connection */
type NetworkAttempt = Omit<Attempt, 'family' | 'means'> & Partial<Pick<Attempt, 'means'>>

/** A host that an attacker has put into a subnet. */
const host = (subnetId: string): Origin => ({ kind: 'subnet', subnetId, securityGroupIds: [ATTACKERS_GROUP] })
const attempts: readonly NetworkAttempt[] = [
  {
    name: 'spoke-to-spoke',
    tried: "A host in the first tenant's VPC connects to the second tenant's model endpoint",
    expected: ['vpcRoutes', 'transitGateway', 'securityGroups'],
    make: async (testbed) => testbed.connect(host(testbed.tenant1.subnetId), testbed.tenant2.endpoint),
  },
  {
    name: 'spoke-to-hub-endpoint',
    tried: "A host in the first tenant's VPC connects to the hub's STS endpoint",
    expected: ['securityGroups'],
    remark: 'Routes lead there, as answers to the hub need them; behind it: `network/spoke-uses-hub-endpoint`.',
    make: async (testbed) => testbed.connect(host(testbed.tenant1.subnetId), hubEndpoint(testbed, 'sts').host),
  },
  {
    name: 'spoke-uses-hub-endpoint',
    means: 'question',
    tried:
      "A person of the tenant's account, let in by the network, assumes the onboarding role through the hub's STS endpoint",
    expected: ['endpointPolicy', 'trustPolicy'],
    make: (testbed) => {
      const { hub, tenant1, platform } = testbed
      const role = platform.cloud.ledger.findBy('aws:iam/role:Role', 'arn', hub.onboardingRoleArn)
      return testbed.ask({
        as: tenant1.administratorArn,
        action: 'sts:AssumeRole',
        resource: hub.onboardingRoleArn,
        context: { 'aws:RequestTag/tenant_id': 'tenant2', 'aws:TagKeys': ['tenant_id'] },
        resourcePolicy: JSON.parse(String(role?.outputs.assumeRolePolicy)),
        endpointPolicy: JSON.parse(hubEndpoint(testbed, 'sts').policy),
      })
    },
  },
  {
    name: 'spoke-to-gateway',
    tried: "A host in the first tenant's VPC connects to the load balancer's public address",
    expected: ['vpcRoutes', 'securityGroups'],
    remark: 'A spoke has no way to the internet; with one, it would be a client like any other.',
    make: async (testbed) => testbed.connect(host(testbed.tenant1.subnetId), testbed.hub.loadBalancerDnsName),
  },
  {
    name: 'spoke-to-internet',
    tried: "A host in the first tenant's VPC connects to Bedrock's public address",
    expected: ['vpcRoutes'],
    remark:
      'One layer of the network; that nobody adds a gateway is the organisation’s: `deployment/internet-gateway`.',
    make: async (testbed) =>
      testbed.connect(host(testbed.tenant1.subnetId), `bedrock-runtime.${testbed.hub.region}.amazonaws.com`),
  },
  {
    name: 'internet-to-endpoint',
    tried: "A host on the internet connects to the second tenant's model endpoint",
    expected: ['addresses'],
    remark: 'The name resolves to private addresses. From inside the hub: `network/public-subnet-to-endpoint`.',
    make: async (testbed) => testbed.connect(LAPTOP, testbed.tenant2.endpoint),
  },
  {
    name: 'internet-to-hub-endpoint',
    tried: "A host on the internet connects to the hub's STS endpoint",
    expected: ['addresses'],
    make: async (testbed) => testbed.connect(LAPTOP, hubEndpoint(testbed, 'sts').host),
  },
  {
    name: 'internet-to-function',
    on: 'lambda',
    means: 'question',
    tried:
      "Somebody on the internet invokes the second tenant's function with credentials of the first tenant's account",
    expected: ['callerPolicy', 'otherAccount'],
    remark: 'A function has no address that anything listens on: invoking it is a call to Lambda, which IAM decides.',
    make: ({ ask, tenant1, tenant2 }) =>
      ask({
        as: tenant1.administratorArn,
        action: 'lambda:InvokeFunction',
        resource: tenant2.functionArn,
      }),
  },
  {
    name: 'internet-to-function-address',
    on: 'lambda',
    tried: "A host on the internet connects to an address in the functions' subnets",
    expected: ['addresses'],
    make: async (testbed) => testbed.connect(LAPTOP, functionAddress(testbed)),
  },
  {
    name: 'spoke-to-function-address',
    on: 'lambda',
    tried: "A host in the first tenant's VPC connects to an address in the functions' subnets",
    expected: ['addresses'],
    remark:
      'Nothing listens there: Lambda’s interfaces in a VPC only let a function out, and its security group lets nothing in.',
    make: async (testbed) => testbed.connect(host(testbed.tenant1.subnetId), functionAddress(testbed)),
  },
  {
    name: 'other-load-balancer-to-function',
    on: 'lambda',
    means: 'request',
    tried: "A load balancer of another account sends to the second tenant's function",
    expected: ['functionPolicy'],
    remark: 'One layer: the function’s own policy names the target group and the account.',
    make: invokeAsOtherLoadBalancer,
  },
  {
    name: 'internet-to-gateway',
    tried: 'A host outside the allowed addresses connects to the load balancer',
    expected: ['securityGroups'],
    remark: 'As far as the hub’s `allowedCidrBlocks` are set; behind it stands the token.',
    make: async (testbed) =>
      testbed.connect({ kind: 'internet', address: '203.0.113.99' }, testbed.hub.loadBalancerDnsName),
  },
  {
    name: 'public-subnet-to-endpoint',
    tried: "A host in the hub's public subnet connects to the second tenant's model endpoint",
    expected: ['vpcRoutes', 'securityGroups'],
    make: async (testbed) => testbed.connect(host(publicSubnet(testbed)), testbed.tenant2.endpoint),
  },
  {
    name: 'client-instance-to-endpoint',
    tried: "The hub's client instance connects to the second tenant's model endpoint",
    expected: ['vpcRoutes', 'securityGroups'],
    make: async (testbed) => {
      const instance = testbed.platform.cloud.ledger.all('aws:ec2/instance:Instance')[0]
      if (!instance) throw new Error('The hub has no client instance: set clientInstance.')
      return testbed.connect({ kind: 'instance', instanceId: instance.id }, testbed.tenant2.endpoint)
    },
  },
  {
    name: 'load-balancer-to-endpoint',
    tried: "The load balancer's own interfaces connect to the second tenant's model endpoint",
    expected: ['securityGroups', 'vpcRoutes'],
    make: async (testbed) =>
      testbed.connect({ kind: 'loadBalancer', arn: testbed.hub.loadBalancerArn }, testbed.tenant2.endpoint),
  },
  {
    name: 'function-to-other-endpoint',
    tried: "The first tenant's function connects to the second tenant's model endpoint",
    expected: ['securityGroups'],
    remark:
      'One layer of the network, as both functions are in the same subnets; role, trust and endpoint policy stand behind it: `identity/function-becomes-other-role`.',
    make: async (testbed) => testbed.connect(testbed.gatewayOf(testbed.tenant1), testbed.tenant2.endpoint),
  },
  {
    name: 'function-to-internet',
    tried: "The first tenant's function connects to Bedrock's public address",
    expected: ['securityGroups', 'vpcRoutes', 'addresses'],
    make: async (testbed) =>
      testbed.connect(testbed.gatewayOf(testbed.tenant1), `bedrock-runtime.${testbed.hub.region}.amazonaws.com`),
  },
]

function hubEndpoint({ platform, hub }: Testbed, service: string): { readonly host: string; readonly policy: string } {
  const endpoint = platform.cloud.ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ outputs }) => outputs.serviceName === `com.amazonaws.${hub.region}.${service}`)
  const [entry] = Array.isArray(endpoint?.outputs.dnsEntries) ? endpoint.outputs.dnsEntries : []
  const name = typeof entry === 'object' && entry !== null && 'dnsName' in entry ? entry.dnsName : undefined
  if (!endpoint || typeof name !== 'string') throw new Error(`The hub has no endpoint for ${service}.`)
  return { host: name, policy: String(endpoint.outputs.policy) }
}

/** The first address that AWS assigns in a subnet: it reserves the four before it. */
function functionAddress({ hub }: Testbed): string {
  const [network = ''] = hub.privateSubnets[0]?.cidrBlock.split('/') ?? []
  return network.replace(/\d+$/, (last) => String(Number(last) + 4))
}

function publicSubnet({ platform, hub }: Testbed): string {
  const subnet = platform.cloud.ledger
    .all('aws:ec2/subnet:Subnet')
    .find(({ outputs }) => outputs.vpcId === hub.vpcId && outputs.mapPublicIpOnLaunch === true)
  if (!subnet) throw new Error('The hub has no public subnet.')
  return subnet.id
}

async function invokeAsOtherLoadBalancer({ platform, tenant1, tenant2, hub }: Testbed): Promise<Outcome> {
  try {
    await platform.cloud.lambda.invoke({
      functionArn: tenant2.functionArn,
      payload: JSON.stringify({ httpMethod: 'GET', path: '/tenant2/models', multiValueHeaders: {} }),
      caller: {
        kind: 'service',
        principal: 'elasticloadbalancing.amazonaws.com',
        sourceArn: `arn:aws:elasticloadbalancing:${hub.region}:${tenant1.account}:targetgroup/stolen/0123456789abcdef`,
        sourceAccount: tenant1.account,
      },
    })
    return through('the function ran for another account’s load balancer')
  } catch (error) {
    const refused = error instanceof Error && 'code' in error && error.code === 'AccessDeniedException'
    if (!refused) throw error
    return stopped(['functionPolicy'], error.message)
  }
}

export const network: readonly Attempt[] = attempts.map((attempt) => ({
  means: 'connection',
  ...attempt,
  family: 'network',
}))
