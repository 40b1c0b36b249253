/** What is not deleted while everything else is there: asked of every resource that the programs declare. */
import { describe, expect, it } from 'vitest'
import { ambient } from '../../src/engine/configured-provider.ts'
import { remove } from '../../src/engine/provider/changes.ts'
import { AwsError } from '../../src/errors.ts'
import { type Declared, Ledger } from '../../src/ledger/ledger.ts'
import { nameOf, type World } from './world.ts'

/** AWS's code for a type of which everything is kept; or by name, where only some is. */
const KEPT: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  'aws:acm/certificate:Certificate': 'ResourceInUseException',
  'aws:cloudfront/originAccessControl:OriginAccessControl': 'OriginAccessControlInUse',
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': 'ResponseHeadersPolicyInUse',
  'aws:cloudwatch/eventRule:EventRule': 'ValidationException',
  // Of a pool that has a domain.
  'aws:cognito/userPool:UserPool': 'InvalidParameterException',
  'aws:ec2/eip:Eip': 'InvalidIPAddress.InUse',
  'aws:ecs/cluster:Cluster': 'ClusterContainsServicesException',
  // Of the hub: public addresses are mapped through it. A spoke has none.
  'aws:ec2/internetGateway:InternetGateway': 'DependencyViolation',
  'aws:ec2/routeTable:RouteTable': 'DependencyViolation',
  'aws:ec2/securityGroup:SecurityGroup': {
    client: 'DependencyViolation',
    'load-balancer': 'DependencyViolation',
    endpoints: 'DependencyViolation',
    'central-models': 'DependencyViolation',
    fargate: 'DependencyViolation',
    'endpoint-service': 'DependencyViolation',
    'gateway-endpoint': 'DependencyViolation',
    'account-models': 'DependencyViolation',
    lane: 'DependencyViolation',
  },
  'aws:ec2/subnet:Subnet': 'DependencyViolation',
  'aws:ec2/vpc:Vpc': 'DependencyViolation',
  'aws:ec2transitgateway/routeTable:RouteTable': 'IncorrectState',
  'aws:ec2transitgateway/transitGateway:TransitGateway': 'IncorrectState',
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': 'IncorrectState',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter': 'IncorrectState',
  'aws:iam/policy:Policy': 'DeleteConflict',
  'aws:iam/role:Role': 'DeleteConflict',
  // A sink's links go first.
  'aws:oam/sink:Sink': 'ConflictException',
  // Of the hub's two, the one that the endpoint service leads to.
  'aws:lb/loadBalancer:LoadBalancer': { 'endpoint-service': 'ResourceInUse' },
  'aws:ec2/vpcEndpointService:VpcEndpointService': 'ExistingVpcEndpointConnections',
  'aws:lb/targetGroup:TargetGroup': 'ResourceInUse',
  'aws:wafv2/ipSet:IpSet': 'WAFAssociatedItemException',
  'aws:wafv2/webAcl:WebAcl': 'WAFAssociatedItemException',
}

/** What protects data is off in these worlds; on, it keeps what has it. */
const PROTECTED: Readonly<Record<string, readonly [protection: object, code: string]>> = {
  'aws:cognito/userPool:UserPool': [{ deletionProtection: 'ACTIVE' }, 'InvalidParameterException'],
  'aws:dynamodb/table:Table': [{ deletionProtectionEnabled: true }, 'ValidationException'],
  'aws:lb/loadBalancer:LoadBalancer': [{ enableDeletionProtection: true }, 'OperationNotPermitted'],
}

export const deletions = (all: readonly World[]) =>
  describe('deletions', () => {
    /** @returns AWS's code, or that it is gone */
    async function outcome(world: World, resource: Declared, change: object = {}): Promise<string> {
      const { type, urn, account, region, id, inputs } = resource
      const ledger = new Ledger(world.resources)
      if (Object.keys(change).length > 0) await ledger.put({ ...resource, outputs: { ...resource.outputs, ...change } })
      const { organization } = world
      const provider = { account, region, session: ambient(organization) }
      try {
        await remove({ ledger, organization, uploads: '' }, { type, urn, provider }, { id, inputs })
      } catch (error) {
        if (error instanceof AwsError && ledger.byUrn(urn)) return error.code
        throw error
      }
      return ledger.byUrn(urn) ? 'still there' : 'gone'
    }

    it('are refused as AWS refuses them, and only those', async () => {
      const wrong: string[] = []
      for (const world of all)
        for (const resource of world.resources) {
          const kept = KEPT[resource.type]
          const expected = (typeof kept === 'object' ? kept[nameOf(resource)] : kept) ?? 'gone'
          const found = await outcome(world, resource)
          if (found !== expected) wrong.push(`${nameOf(resource)} (${resource.type}): ${found}, not ${expected}`)
        }
      expect(wrong).toEqual([])
    })

    it('are not refused for what goes with a network: its flow log and its own security group', async () => {
      const [world] = all
      const kept = ['aws:ec2/vpc:Vpc', 'aws:ec2/flowLog:FlowLog', 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup']
      const resources = world?.resources.filter(({ type }) => kept.includes(type)) ?? []
      const network = resources.find(({ type }) => type === 'aws:ec2/vpc:Vpc')
      if (!world || !network) throw new Error('no network')
      expect(resources.length).toBeGreaterThan(2)
      expect(await outcome({ ...world, resources }, network)).toBe('gone')
    })

    it.each(Object.entries(PROTECTED))('of what is protected are refused: %s', async (type, [protection, code]) => {
      const [world] = all
      const resource = world?.resources.find((one) => one.type === type)
      if (!world || !resource) throw new Error(`no ${type}`)
      expect(await outcome(world, resource, protection)).toBe(code)
    })
  })
