import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { HUB } from '../../../testing/declarer.ts'
import { GatewayDeclarer, json } from '../../../testing/gateway.ts'
import { networkInterfacesOf } from '../../ec2/network-interfaces.ts'

const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('LoadBalancer', () => {
  it('has a DNS name, and a public address in each zone', async () => {
    const made = await cloud.loadBalancer()
    expect(made.outputs.dnsName).toMatch(/^front-\d+\.us-east-1\.elb\.amazonaws\.com$/)
    const addresses = networkInterfacesOf(made).map(({ publicIp }) => publicIp)
    expect(new Set(addresses).size).toBe(2)
    expect(addresses.every((address) => address !== undefined)).toBe(true)
  })

  it('refuses one zone, another name twice, and settings out of range', async () => {
    const refusal = (inputs: Properties) =>
      cloud.refusal(LOAD_BALANCER, 'b', { name: 'b', subnets: cloud.subnetIds, ...inputs })
    expect(await refusal({ subnets: cloud.subnetIds.slice(0, 1) })).toContain('At least two subnets in two different')
    expect(await refusal({ idleTimeout: 4001 })).toContain('must be between 1 and 4000')
    expect(await refusal({ name: 'internal-b' })).toContain('ValidationError')
    expect(await refusal({ desyncMitigationMode: 'none' })).toContain('InvalidConfigurationRequest')
    await cloud.loadBalancer()
    expect(await refusal({ name: 'front' })).toContain('DuplicateLoadBalancerName')
  })

  it('writes logs only to a bucket that lets it', async () => {
    await cloud.make('aws:s3/bucket:Bucket', 'logs', { bucket: 'access-logs' })
    const inputs = {
      name: 'b',
      subnets: cloud.subnetIds,
      accessLogs: { bucket: 'access-logs', prefix: 'hub', enabled: true },
    }
    const denied = 'Access Denied for bucket: access-logs'
    expect(await cloud.refusal(LOAD_BALANCER, 'b', inputs)).toContain(denied)
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::access-logs/hub/AWSLogs/${HUB}/*`,
    }
    const policy = (changed: object) => ({ bucket: 'access-logs', policy: json({ ...statement, ...changed }) })
    const write = (changed: object) => cloud.make('aws:s3/bucketPolicy:BucketPolicy', 'p', policy(changed))
    for (const wrong of [
      { Resource: 'arn:aws:s3:::access-logs/AWSLogs/*' },
      { Principal: { Service: 's3.amazonaws.com' } },
      // Not sent with the delivery, or not every time.
      { Condition: { StringEquals: { 'aws:SourceAccount': HUB } } },
      { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:elasticloadbalancing:us-east-1:${HUB}:loadbalancer/*` } } },
    ]) {
      await write(wrong)
      expect(await cloud.refusal(LOAD_BALANCER, 'b', inputs)).toContain(denied)
    }
    await write({})
    await cloud.make(LOAD_BALANCER, 'b', inputs)
  })
})
