/** The gateway by PrivateLink: callers who are not connected, and proof that a connection alone authorises nothing. */
import { isAllowed, serviceNamed } from '@genai/local-cloud/aws/ec2/private-link'
import type { Origin } from '@genai/local-cloud/network/path'
import type { Attempt } from '../attempt.ts'
import { type Outcome, stopped } from '../outcome.ts'
import type { Crossed } from '../testbed/gateway-calls.ts'
import { ATTACKERS_GROUP, type Testbed } from '../testbed/testbed.ts'

const host = (subnetId: string): Origin => ({ kind: 'subnet', subnetId, securityGroupIds: [ATTACKERS_GROUP] })

export const privateDoor: readonly Attempt[] = [
  {
    family: 'network',
    name: 'unlisted-account-to-private-door',
    means: 'connection',
    tried: "Somebody in the second tenant's account, which the endpoint service does not list, asks to be connected",
    expected: ['serviceConsumers', 'serviceAcceptance'],
    remark: 'For an account that is not listed the service does not exist; behind it waits the acceptance.',
    make: async (testbed) => unlisted(testbed, testbed.tenant2.account) ?? connectAsPartner(testbed),
  },
  {
    family: 'network',
    name: 'partner-before-acceptance',
    means: 'connection',
    tried: "A host in a listed partner's VPC connects to the gateway through an endpoint that nobody has accepted",
    expected: ['serviceAcceptance'],
    remark: 'One layer of the network; behind it stands the token: `network/connected-without-token`.',
    make: async (testbed) => connectAsPartner(testbed),
  },
  {
    family: 'network',
    name: 'hub-to-private-door',
    means: 'connection',
    tried: "A host in the hub's private subnet connects to the network load balancer's own address",
    expected: ['securityGroups'],
    remark:
      'Its group has no rule: nothing but PrivateLink, which AWS does not hold against it, reaches the gateway there.',
    make: async (testbed) => testbed.connect(host(testbed.hub.privateSubnets[0]?.id ?? ''), doorHost(testbed)),
  },
  {
    family: 'network',
    name: 'connected-without-token',
    means: 'request',
    tried: "A host in the first tenant's VPC asks over the tenant's own endpoint, without a token",
    expected: ['loadBalancerToken', 'functionToken'],
    make: (testbed) => overEndpoint(testbed, '/tenant1/invoke', undefined, 'served'),
  },
  {
    family: 'network',
    name: 'connected-with-other-tenants-token',
    means: 'request',
    tried:
      "A user of the second tenant, at a host in the first tenant's VPC, asks the first's model over its own endpoint",
    expected: ['loadBalancerToken', 'tenantMatch'],
    make: async (testbed) =>
      overEndpoint(testbed, '/tenant1/invoke', await testbed.platform.token('tenant2'), testbed.tenant1),
  },
  {
    family: 'network',
    name: 'connected-to-other-tenants-path',
    means: 'request',
    tried: "A user of the first tenant asks the second's model over the first's own endpoint",
    expected: ['loadBalancerToken', 'tenantMatch'],
    make: async (testbed) =>
      overEndpoint(testbed, '/tenant2/invoke', await testbed.platform.token('tenant1'), testbed.tenant2),
  },
]

const connectAsPartner = ({ connect, partner }: Testbed): Outcome => connect(host(partner.subnetId), partner.host)

function unlisted({ platform, hub }: Testbed, account: string): Outcome | undefined {
  const { ledger } = platform.cloud
  const serviceName = hub.endpointService?.serviceName ?? ''
  const service = serviceNamed(ledger, serviceName)
  if (!service) throw new Error('The hub has no endpoint service.')
  if (isAllowed(ledger, service, account)) return undefined
  return stopped(['serviceConsumers'], `InvalidServiceName: for account ${account} there is no ${serviceName}`)
}

function doorHost({ platform, hub }: Testbed): string {
  const door = platform.cloud.ledger
    .all('aws:lb/loadBalancer:LoadBalancer')
    .find(({ account, outputs }) => account === hub.account && outputs.loadBalancerType === 'network')
  if (!door) throw new Error('The hub has no network load balancer.')
  return String(door.outputs.dnsName)
}

function overEndpoint(testbed: Testbed, target: string, token: string | undefined, crossed: Crossed): Promise<Outcome> {
  const headers = [
    ['content-type', 'application/json'],
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`] as const]),
  ] as const
  const request = { target, headers, body: JSON.stringify({ prompt: 'Whose model are you?' }) }
  return testbed.requestFrom(host(testbed.tenant1.subnetId), request, crossed)
}
