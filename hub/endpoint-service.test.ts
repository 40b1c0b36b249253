import { beforeAll, describe, expect, it } from 'vitest'
import { parseHubOutputs } from '../shared/read-contract.ts'
import { HUB_SETTINGS, type HubRecording, recordHub } from '../tests/hub-fixture.ts'

const PARTNER = '555555555555'

let hub: HubRecording
let without: HubRecording
beforeAll(async () => {
  hub = await recordHub({ endpointService: { accounts: [PARTNER] } })
  without = await recordHub()
})

const names = ({ resources }: HubRecording) => resources.map(({ type, name }) => `${type} ${name}`)
const rule = (direction: 'Ingress' | 'Egress', name: string) =>
  hub.one(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`, name).inputs
const acl = (recorded: HubRecording) => recorded.one('aws:wafv2/webAcl:WebAcl').inputs

describe('a hub that is offered by PrivateLink', () => {
  it('is a hub that is not, and more', () => {
    expect(names(hub)).toEqual(expect.arrayContaining(names(without)))
    const more = names(hub).filter((name) => !names(without).includes(name))
    expect(more.filter((name) => name.startsWith('aws:')).sort()).toEqual([
      'aws:ec2/securityGroup:SecurityGroup endpoint-service',
      'aws:ec2/vpcEndpointService:VpcEndpointService endpoint-service',
      'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple endpoint-service-555555555555',
      'aws:lb/listener:Listener endpoint-service',
      'aws:lb/loadBalancer:LoadBalancer endpoint-service',
      'aws:lb/targetGroup:TargetGroup endpoint-service',
      'aws:lb/targetGroupAttachment:TargetGroupAttachment endpoint-service',
      'aws:route53/record:Record endpoint-service-proof',
      'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification endpoint-service-genai.example.com',
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule endpoint-service-load-balancer',
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule endpoint-service-load-balancer',
      'aws:wafv2/ipSet:IpSet load-balancer-firewall-door',
    ])
  })

  it('lets nothing but PrivateLink to its network load balancer, and that to the load balancer only', () => {
    expect(hub.one('aws:lb/loadBalancer:LoadBalancer', 'endpoint-service').inputs).toMatchObject({
      loadBalancerType: 'network',
      internal: true,
      subnets: ['subnet-private-a', 'subnet-private-b'],
      securityGroups: ['endpoint-service-id'],
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    })
    const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
    const ingress = hub.all('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule')
    expect(ingress.filter(({ inputs }) => inputs.securityGroupId === 'endpoint-service-id')).toEqual([])
    expect(rule('Egress', 'endpoint-service-load-balancer')).toMatchObject({
      ...https,
      securityGroupId: 'endpoint-service-id',
      referencedSecurityGroupId: 'load-balancer-id',
    })
    expect(rule('Ingress', 'endpoint-service-load-balancer')).toMatchObject({
      ...https,
      securityGroupId: 'load-balancer-id',
      referencedSecurityGroupId: 'endpoint-service-id',
    })
  })

  it('accepts each connection by itself, under its own name, which a record of its zone proves', () => {
    expect(hub.one('aws:ec2/vpcEndpointService:VpcEndpointService').inputs).toMatchObject({
      acceptanceRequired: true,
      privateDnsName: 'genai.example.com',
    })
    // A list would take out again what tenants' ingresses add.
    expect(hub.one('aws:ec2/vpcEndpointService:VpcEndpointService').inputs).not.toHaveProperty('allowedPrincipals')
    expect(hub.one('aws:route53/record:Record', 'endpoint-service-proof').inputs).toMatchObject({
      zoneId: 'Z0123456789EXAMPLEHUB',
      name: '_proof',
      type: 'TXT',
      records: ['vpce:proof'],
    })
    const verification = 'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification'
    expect(hub.one(verification)).toMatchObject({
      inputs: { serviceId: 'endpoint-service-id', waitForVerification: true },
      dependencies: expect.arrayContaining(['aws:route53/record:Record endpoint-service-proof']),
    })
  })

  it('counts its callers by their tokens, and all others by their address', () => {
    const counted = (recorded: HubRecording) =>
      (acl(recorded).rules as { statement: { rateBasedStatement?: object } }[]).flatMap(
        ({ statement }) => statement.rateBasedStatement ?? [],
      )
    expect(counted(without)).toEqual([{ limit: 2000, aggregateKeyType: 'IP', evaluationWindowSec: 300 }])
    const set = { ipSetReferenceStatement: { arn: expect.stringContaining('load-balancer-firewall-door') } }
    expect(counted(hub)).toEqual([
      {
        limit: 2000,
        aggregateKeyType: 'IP',
        evaluationWindowSec: 300,
        scopeDownStatement: { notStatement: { statement: set } },
      },
      {
        limit: 2000,
        aggregateKeyType: 'CUSTOM_KEYS',
        evaluationWindowSec: 300,
        customKeys: [{ header: { name: 'authorization', textTransformations: [{ priority: 0, type: 'NONE' }] } }],
        scopeDownStatement: set,
      },
    ])
    expect(hub.one('aws:wafv2/ipSet:IpSet').inputs.addresses).toEqual(
      (hub.outputs.privateSubnets as { cidrBlock: string }[]).map(({ cidrBlock }) => cidrBlock),
    )
  })

  it('answers one more output, which the contract takes', () => {
    expect(without.outputs).not.toHaveProperty('endpointService')
    expect(hub.outputs.endpointService).toEqual({
      serviceId: 'endpoint-service-id',
      serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
      privateDnsName: 'genai.example.com',
      accounts: [PARTNER],
    })
    expect(parseHubOutputs(hub.outputs, 'organization/genai-hub-spoke/hub')).toEqual(hub.outputs)
    expect(() => parseHubOutputs({ ...hub.outputs, endpointService: {} }, 'hub')).toThrow(/endpointService is/)
    expect(() => parseHubOutputs({ ...hub.outputs, loadBalancer: 'public' }, 'hub')).toThrow(/loadBalancer is/)
  })

  it('lets tenants’ ingresses allow and accept, at this service only', () => {
    const policy = (recorded: HubRecording) =>
      JSON.parse(String(recorded.one('aws:iam/policy:Policy', 'onboarding-network').inputs.policy)).Statement
    expect(JSON.stringify(policy(without))).not.toContain('VpcEndpoint')
    expect(policy(hub)).toContainEqual(
      expect.objectContaining({
        Sid: 'GatewayEndpoint',
        Resource: 'arn:aws:service:us-east-1:111111111111:vpc-endpoint-service/vpce-svc-1',
      }),
    )
  })

  it('can be previewed', async () => {
    const preview = await recordHub({ ...HUB_SETTINGS, endpointService: { accounts: [PARTNER] } }, true)
    expect(names(preview).sort()).toEqual(names(hub).sort())
  })
})

describe('a hub with an internal load balancer', () => {
  it('has it in the private subnets, with a way to key sets that is no way to tenants', async () => {
    const internal = await recordHub({ loadBalancer: 'internal', allowedCidrBlocks: ['10.0.0.0/8'] })
    expect(internal.one('aws:lb/loadBalancer:LoadBalancer').inputs).toMatchObject({
      internal: true,
      subnets: ['subnet-private-a', 'subnet-private-b'],
    })
    expect(internal.one('awsx:ec2:Vpc').inputs.natGateways).toEqual({ strategy: 'OnePerAz' })
    expect(without.one('awsx:ec2:Vpc').inputs.natGateways).toEqual({ strategy: 'None' })
    const blocks = internal
      .all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule')
      .filter(({ name }) => name.startsWith('load-balancer-key-set'))
      .map(({ inputs }) => String(inputs.cidrIpv4))
    expect(blocks.length).toBeGreaterThan(5)
    for (const block of blocks) expect(block).not.toMatch(/^(0\.0\.0\.0\/0|10\.(0|64)\.)/)
    expect(internal.outputs.loadBalancer).toBe('internal')
    expect(without.outputs).not.toHaveProperty('loadBalancer')
  })
})
