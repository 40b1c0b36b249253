/** For tests: an endpoint service and a consumer's network, declared resource by resource. */
import {
  ALLOWED_PRINCIPAL,
  CONNECTION_ACCEPTER,
  DNS_VERIFICATION,
  ENDPOINT_PRIVATE_DNS,
  ENDPOINT_SERVICE,
} from '../aws/ec2/private-link.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import type { Origin, Path, Refusal } from '../network/path.ts'
import { reach } from '../network/reach.ts'
import { objects } from '../resource/values.ts'
import { Declarer, HUB, TENANT1, type Where } from './declarer.ts'

export const NAME = 'genai.example.com'

export const BALANCER = 'aws:lb/loadBalancer:LoadBalancer'
export const LISTENER = 'aws:lb/listener:Listener'
export const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'
export const ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'
export const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'
const VPC = 'aws:ec2/vpc:Vpc'
const SUBNET = 'aws:ec2/subnet:Subnet'
const GROUP = 'aws:ec2/securityGroup:SecurityGroup'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'

const CONSUMER: Where = { account: TENANT1 }
const HTTPS = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 }

interface Network {
  readonly vpc: Declared
  readonly subnetIds: readonly string[]
}

export class PrivateDoor extends Declarer {
  /** The declared resources by their logical names. */
  readonly there: Record<string, Declared> = {}

  async put(type: string, name: string, inputs: Properties, where: Where = {}): Promise<Declared> {
    const made = await this.make(type, name, inputs, where)
    this.there[name] = made
    return made
  }

  id(name: string): string {
    const made = this.there[name]
    if (!made) throw new Error(`${name} is not made`)
    return made.id
  }

  /** A VPC with a subnet in two zones. */
  async network(name: string, block: string, where: Where = {}): Promise<Network> {
    const vpc = await this.put(VPC, name, { cidrBlock: `${block}.0.0/16`, enableDnsHostnames: true }, where)
    const subnetIds: string[] = []
    for (const [index, availabilityZoneId] of ['use1-az1', 'use1-az2'].entries()) {
      const inputs = { vpcId: vpc.id, cidrBlock: `${block}.${index}.0/24`, availabilityZoneId }
      subnetIds.push((await this.put(SUBNET, `${name}-${index}`, inputs, where)).id)
    }
    return { vpc, subnetIds }
  }

  /** An internal application load balancer on port 443, with a security group that admits the network load balancer's group. */
  async front(): Promise<Network> {
    const network = await this.network('hub', '10.0')
    const { vpc, subnetIds } = network
    for (const name of ['front', 'door']) await this.put(GROUP, `${name}-group`, { vpcId: vpc.id, description: name })
    await this.put(BALANCER, 'front', {
      name: 'front',
      internal: true,
      subnets: subnetIds,
      securityGroups: [this.id('front-group')],
    })
    const answer = { type: 'fixed-response', fixedResponse: { contentType: 'text/plain', statusCode: '200' } }
    const listener = { loadBalancerArn: this.id('front'), port: 443, protocol: 'HTTP', defaultActions: [answer] }
    await this.put(LISTENER, 'front-listener', listener)
    const [front, door] = [this.id('front-group'), this.id('door-group')]
    await this.put(INGRESS, 'front-in', { securityGroupId: front, referencedSecurityGroupId: door, ...HTTPS })
    await this.put(EGRESS, 'door-out', { securityGroupId: door, referencedSecurityGroupId: front, ...HTTPS })
    return network
  }

  /** Inputs of the network load balancer: its group has no inbound rule, and rules do not apply to PrivateLink. */
  balancer = (more: Properties = {}): Properties => ({
    name: 'door',
    internal: true,
    loadBalancerType: 'network',
    subnets: [this.id('hub-0'), this.id('hub-1')],
    securityGroups: [this.id('door-group')],
    enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    ...more,
  })

  group = (more: Properties = {}): Properties => ({
    name: 'door',
    targetType: 'alb',
    protocol: 'TCP',
    port: 443,
    vpcId: this.id('hub'),
    healthCheck: { protocol: 'HTTPS', path: '/', matcher: '404' },
    ...more,
  })

  /** The complete endpoint service, with a verified name, and without consumers. */
  async service(): Promise<Declared> {
    await this.front()
    const balancer = await this.put(BALANCER, 'door', this.balancer())
    const group = await this.put(TARGET_GROUP, 'group', this.group())
    await this.put(ATTACHMENT, 'registered', { targetGroupArn: group.id, targetId: this.id('front'), port: 443 })
    const defaultActions = [{ type: 'forward', targetGroupArn: group.id }]
    await this.put(LISTENER, 'door-listener', {
      loadBalancerArn: balancer.id,
      port: 443,
      protocol: 'TCP',
      defaultActions,
    })
    const service = await this.put(ENDPOINT_SERVICE, 'service', {
      acceptanceRequired: true,
      networkLoadBalancerArns: [balancer.id],
      privateDnsName: NAME,
    })
    const [proof] = objects(service.outputs, 'privateDnsNameConfigurations')
    await this.put('aws:route53/record:Record', 'proof', {
      zoneId: 'Z0123456789EXAMPLEHUB',
      name: String(proof?.name),
      type: 'TXT',
      ttl: 300,
      records: [String(proof?.value)],
    })
    await this.put(DNS_VERIFICATION, 'verification', { serviceId: service.id, waitForVerification: true })
    return service
  }

  allow = (account = TENANT1) =>
    this.put(ALLOWED_PRINCIPAL, 'allowed', {
      vpcEndpointServiceId: this.id('service'),
      principalArn: `arn:aws:iam::${account}:root`,
    })

  /** Inputs of the consumer's endpoint, and its network. */
  async endpoint(more: Properties = {}): Promise<Properties> {
    const { vpc, subnetIds } = await this.network('consumer', '10.64', CONSUMER)
    const group = await this.put(GROUP, 'endpoint-group', { vpcId: vpc.id, description: 'in' }, CONSUMER)
    await this.put(INGRESS, 'endpoint-in', { securityGroupId: group.id, cidrIpv4: '10.64.0.0/16', ...HTTPS }, CONSUMER)
    const client = await this.put(GROUP, 'client-group', { vpcId: vpc.id, description: 'out' }, CONSUMER)
    await this.put(EGRESS, 'client-out', { securityGroupId: client.id, cidrIpv4: '10.64.0.0/16', ...HTTPS }, CONSUMER)
    return {
      vpcId: vpc.id,
      vpcEndpointType: 'Interface',
      serviceName: String(this.there.service?.outputs.serviceName),
      subnetIds: [...subnetIds],
      securityGroupIds: [group.id],
      ...more,
    }
  }

  connect = async () => this.put(ENDPOINT, 'endpoint', await this.endpoint(), CONSUMER)

  accept = () =>
    this.put(CONNECTION_ACCEPTER, 'accepter', {
      vpcEndpointServiceId: this.id('service'),
      vpcEndpointId: this.id('endpoint'),
    })

  takeName = () =>
    this.put(ENDPOINT_PRIVATE_DNS, 'name', { vpcEndpointId: this.id('endpoint'), privateDnsEnabled: true }, CONSUMER)

  /** The service with a connected consumer. */
  async open(): Promise<this> {
    await this.service()
    await this.allow()
    await this.connect()
    await this.accept()
    await this.takeName()
    return this
  }

  /** A client in the consumer's network. */
  client = (): Origin => ({
    kind: 'subnet',
    subnetId: this.id('consumer-0'),
    securityGroupIds: [this.id('client-group')],
  })

  async take(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const made = this.there[name]
      if (!made) throw new Error(`${name} is not made`)
      await this.ledger.delete(made.urn)
    }
  }

  go = (host = NAME, from = this.client(), port = 443): Path | Refusal => reach(this.ledger, from, host, port)
}

export const owner: Where = { account: HUB }
export const consumer = CONSUMER
