import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { object } from '../../../resource/values.ts'
import { Declarer, HUB, TENANT1, TENANT2 } from '../../../testing/declarer.ts'
import { organization } from '../../../testing/organization.ts'
import { invokeOf } from '../../registry.ts'

const VPC = 'aws:ec2/vpc:Vpc'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

describe('data sources', () => {
  const call = (token: string, inputs: Properties, account = HUB) =>
    invokeOf(token).answer({ inputs, account, region: 'us-east-1', ledger: cloud.ledger, organization, callerArn: 'a' })

  it('see an account its own way', () => {
    const token = 'aws:index/getAvailabilityZones:getAvailabilityZones'
    const [hub, tenant] = [call(token, {}), call(token, {}, TENANT2)]
    expect(hub.names).toEqual(tenant.names)
    expect(hub.zoneIds).not.toEqual(tenant.zoneIds)
    expect([...(hub.zoneIds as string[])].sort()).toEqual([...(tenant.zoneIds as string[])].sort())
  })

  it('find an account’s VPCs by their tags', async () => {
    const tags = { tenant: 'tenant1', project: 'genai' }
    const tagged = await cloud.make(VPC, 'tagged', { cidrBlock: '10.1.0.0/16', tags })
    await cloud.make(VPC, 'elsewhere', { cidrBlock: '10.1.0.0/16', tags }, { account: TENANT1 })
    const find = (wanted: Record<string, string>) => call('aws:ec2/getVpcs:getVpcs', { tags: wanted }).ids
    expect(find({ tenant: 'tenant1' })).toEqual([tagged.id])
    expect(find(tags)).toEqual([tagged.id])
    expect(find({ tenant: 'tenant2' })).toEqual([])
    expect(find({})).toEqual([vpc.id, tagged.id])
  })

  it('find an account’s roles by their names, those that were there before any stack among them', async () => {
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    })
    const role = (name: string, account = TENANT1) =>
      cloud.make('aws:iam/role:Role', name, { name, assumeRolePolicy: trust, tags: { tenant: name } }, { account })
    await role('genai-models-b')
    await role('genai-models-a')
    await role('genai-models-c', TENANT2)
    const names = (nameRegex: string) =>
      call('aws:iam/getRoles:getRoles', { nameRegex, pathPrefix: '/' }, TENANT1).names
    expect(names('^genai-models-')).toEqual(['genai-models-a', 'genai-models-b'])
    expect(names('models-a$')).toEqual(['genai-models-a'])
    expect(names('')).toEqual(
      expect.arrayContaining([organization.accounts.find(({ id }) => id === TENANT1)?.roles[0]?.name]),
    )
    const read = (name: string) => call('aws:iam/getRole:getRole', { name }, TENANT1)
    expect(read('genai-models-a')).toMatchObject({ assumeRolePolicy: trust, tags: { tenant: 'genai-models-a' } })
    expect(() => read('genai-models-c')).toThrow('The role with name genai-models-c cannot be found.')
  })

  it('find a hosted zone of the account by its id', () => {
    const find = (zoneId: string, account = HUB) => call('aws:route53/getZone:getZone', { zoneId }, account)
    expect(find('Z0123456789EXAMPLEHUB')).toMatchObject({ name: 'example.com', privateZone: false })
    expect(() => find('Z0123456789EXAMPLEHUB', TENANT1)).toThrow("couldn't find resource")
    expect(() => find('Z0123456789NOBODYS')).toThrow("couldn't find resource")
  })

  it('find security groups by their network and tags, and their rules', async () => {
    const GROUPS = 'aws:ec2/getSecurityGroups:getSecurityGroups'
    const RULES = 'aws:vpc/getSecurityGroupRules:getSecurityGroupRules'
    const group = (name: string, tags: Properties) =>
      cloud.make('aws:ec2/securityGroup:SecurityGroup', name, { name, vpcId: vpc.id, description: name, tags })
    const one = await group('one', { tenant: 'tenant1' })
    const two = await group('two', { tenant: 'tenant2' })
    const shared = await group('shared', {})
    const rule = (name: string, from: Declared) =>
      cloud.make('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', name, {
        securityGroupId: shared.id,
        referencedSecurityGroupId: from.id,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        tags: { tenant: name },
      })
    const rules = [await rule('tenant1', one), await rule('tenant2', two)]
    const filter = (name: string, ...values: string[]) => ({ name, values })
    const groups = (...filters: Properties[]) => call(GROUPS, { filters }).ids
    expect(groups(filter('vpc-id', vpc.id), filter('tag-key', 'tenant'))).toEqual([one.id, two.id])
    expect(groups(filter('tag:tenant', 'tenant2'))).toEqual([two.id])
    expect(groups(filter('vpc-id', 'vpc-other'))).toEqual([])
    expect(call(GROUPS, { filters: [filter('vpc-id', vpc.id)] }, TENANT1).ids).toEqual([])
    expect(() => groups(filter('owner-id', HUB))).toThrow('the filter "owner-id"')
    const ofShared = { filters: [filter('group-id', shared.id)] }
    expect(call(RULES, ofShared).ids).toEqual(rules.map(({ id }) => id))
    expect(call(RULES, { ...ofShared, tags: { tenant: 'tenant2' } }).ids).toEqual([rules[1]?.id])
    expect(() => call(RULES, { filters: [filter('tag-key', 'tenant')] })).toThrow('the filter "tag-key"')
  })

  it('say in which zones a service has endpoints', () => {
    const inputs = { serviceName: 'com.amazonaws.us-east-1.bedrock-runtime' }
    const found = call('aws:ec2/getVpcEndpointService:getVpcEndpointService', inputs)
    expect(found.availabilityZones).not.toContain('us-east-1c')
    expect(() => call('aws:ec2/getVpcEndpointService:getVpcEndpointService', { service: 'x' })).toThrow(
      'does not exist',
    )
    const list = call('aws:ec2/getPrefixList:getPrefixList', { name: 'com.amazonaws.us-east-1.s3' })
    expect(object({ list }, 'list')?.id).toBe('pl-63a5400a')
    expect(() => call('aws:ssm/getParameter:getParameter', { name: '/x' })).toThrow("couldn't find the parameter /x")
  })
})
